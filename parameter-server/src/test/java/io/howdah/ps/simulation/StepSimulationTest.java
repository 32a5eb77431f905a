// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.howdah.ps.simulation.CostModel.ServerCpu;
import io.howdah.ps.simulation.CostModel.WorkerCompute;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.tensor.DType;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepSimulationTest {
    private static final long PARAMETERS = 1_000_000_000;
    private static final double LATENCY = 30e-6;
    private static final ServerCpu FREE = new ServerCpu(0, 0, 0);
    private static final int MESSAGES = 1 << 16;

    private static CostModel model(ServerCpu cpu, WorkerCompute worker) {
        return new CostModel(PARAMETERS, 2, 3.1e9, LATENCY, cpu, worker);
    }

    private static double seconds(CostModel model, int workers, int servers) {
        return new StepSimulation(model, workers, servers, MESSAGES, 1).run(2).seconds();
    }

    @ParameterizedTest(name = "{0} workers, {1} servers")
    @CsvSource({"1, 1", "4, 1", "1, 4", "16, 16", "64, 16", "64, 32", "512, 64"})
    void cardsThatAreTheBottleneckTakeTheirBandwidth(int workers, int servers) {
        CostModel model = model(FREE, WorkerCompute.constant(0));
        assertThat(seconds(model, workers, servers))
                .isCloseTo(model.bandwidthSeconds(workers, servers), Percentage.withPercentage(4));
    }

    @Test
    void serversThatAreTheBottleneckTakeTheirComputation() {
        CostModel model = model(new ServerCpu(2, 1, 0.5), WorkerCompute.constant(0));
        double perServer = 8 * PARAMETERS * 2 / 2 / 1e9;
        double expected = perServer * (2 + 1) + PARAMETERS * 4 / 2 / 1e9 * 0.5;
        assertThat(seconds(model, 8, 2)).isCloseTo(expected, Percentage.withPercentage(4));
    }

    @Test
    void gradientsTravelDuringBackward() {
        double compute = 30;
        CostModel model = model(FREE, WorkerCompute.constant(compute));
        double oneWay = model.bandwidthSeconds(4, 4) / 2;
        assertThat(seconds(model, 4, 4)).isCloseTo(oneWay + compute, within(0.2));
    }

    @Test
    void theSlowestWorkerDecides() {
        CostModel steady = model(FREE, WorkerCompute.constant(1));
        CostModel straggling = model(FREE, new WorkerCompute(1, 0, 1, 5));
        CostModel uneven = model(FREE, new WorkerCompute(1, 0.3, 0, 1));
        assertThat(seconds(straggling, 8, 8) - seconds(steady, 8, 8)).isCloseTo(4, within(1.0));
        assertThat(seconds(uneven, 64, 64)).isGreaterThan(seconds(steady, 64, 64) + 0.3);
    }

    @Test
    void fewerAndLargerMessagesChangeLittle() {
        CostModel model = model(new ServerCpu(0.26, 0.22, 0.1), WorkerCompute.constant(0.5));
        double fine = new StepSimulation(model, 64, 64, 1 << 18, 1).run(2).seconds();
        double coarse = new StepSimulation(model, 64, 64, 1 << 13, 1).run(2).seconds();
        double grouped = new StepSimulation(model, 64, 64, 1 << 11, 1).run(2).seconds();
        assertThat(coarse).isCloseTo(fine, Percentage.withPercentage(10));
        assertThat(grouped).isCloseTo(fine, Percentage.withPercentage(10));
    }

    /** Cards so slow that nothing else counts. */
    @Test
    void theProductionSessionsTakeTheTimeOfTheirBytesToo() {
        double bytesPerSecond = 1e4;
        int workers = 4;
        Schedule schedule =
                new Schedule(5, 1, workers, workers, 2, Integer.MAX_VALUE, DType.FLOAT32, DType.FLOAT32, 1, 0);
        SimulationResult before = onCards(schedule, bytesPerSecond);
        SimulationResult after = onCards(schedule.withSteps(4), bytesPerSecond);
        long bytes = bytes(after) - bytes(before);
        assertThat((after.nanos() - before.nanos()) / 1e9)
                .isCloseTo(bytes / bytesPerSecond, Percentage.withPercentage(5));
    }

    private static SimulationResult onCards(Schedule schedule, double bytesPerSecond) {
        SimulationResult result = new Simulation(
                        schedule,
                        Parts.production(),
                        new SplittableRandom(1),
                        clock -> new NetworkCards(clock, bytesPerSecond, 30_000))
                .run();
        assertThat(result.problem()).isNull();
        return result;
    }

    /** What the server's card carries in either direction while the other one waits. */
    private static long bytes(SimulationResult result) {
        return result.traffic()
                        .get(new Traffic.Flow(Role.WORKER, Role.SERVER, FrameType.GRADIENT))
                        .bytes()
                + result.traffic()
                        .get(new Traffic.Flow(Role.SERVER, Role.WORKER, FrameType.PULLED))
                        .bytes();
    }
}
