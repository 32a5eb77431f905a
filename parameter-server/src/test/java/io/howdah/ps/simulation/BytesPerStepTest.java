// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.simulation.Traffic.Amount;
import io.howdah.ps.simulation.Traffic.Flow;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.tensor.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The bytes of one step, to the byte. With P parameters, b bytes per element on the wire, V logical workers on W processes, S
 * servers and C chunks in all:
 *
 * <pre>
 * gradients    V·P·b up, in V·C frames; as many frames without body down, which confirm them
 * weights      W·P·b down, in a frame per chunk that a parameter lies in; a request up per parameter and server
 * decision     V reports up, S − 1 sums of squares and S − 1 + W outcomes
 * </pre>
 *
 * <p>A frame is a prefix of 32 bytes, a header and the body. In a header (Protobuf) a field that is 0 takes nothing, an
 * integer one byte and its bits in groups of seven, a float 5, a double 9, a true flag 2.
 */
class BytesPerStepTest {
    private static final int PREFIX = 32;
    private static final int FLOAT = 5;
    private static final int DOUBLE = 9;
    private static final int FLAG = 2;
    private static final int LIMBS = 67;

    private static int integer(long value) {
        return value == 0 ? 0 : 1 + (64 - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    private static int real(double value) {
        return value == 0 ? 0 : DOUBLE;
    }

    @ParameterizedTest(name = "{0} servers, {1} workers of {2}, {3} up, {4} down")
    @CsvSource({
        "1, 1, 1, FLOAT32, FLOAT32",
        "2, 1, 3, BFLOAT16, BFLOAT16",
        "3, 4, 4, FLOAT16, FLOAT32",
        "2, 3, 6, BFLOAT16, FLOAT32"
    })
    void equalTheFormula(int servers, int workers, int logicalWorkers, DType gradients, DType weights) {
        Schedule schedule = finite(servers, workers, logicalWorkers, gradients, weights);
        Map<Flow, Amount> before = traffic(schedule, schedule.steps());
        Map<Flow, Amount> after = traffic(schedule, schedule.steps() + 1);
        Map<Flow, Amount> step = new HashMap<>();
        after.forEach((flow, amount) -> {
            Amount less = before.getOrDefault(flow, new Amount(0, 0));
            if (amount.frames() > less.frames()) {
                step.put(flow, new Amount(amount.frames() - less.frames(), amount.bytes() - less.bytes()));
            }
        });
        assertThat(step).containsExactlyInAnyOrderEntriesOf(formula(schedule));
    }

    /** A schedule without faults whose steps all move the weights. */
    private static Schedule finite(int servers, int workers, int logicalWorkers, DType gradients, DType weights) {
        for (long seed = 0; ; seed++) {
            Schedule schedule = new Schedule(
                    seed, servers, workers, logicalWorkers, 3, Integer.MAX_VALUE, gradients, weights, 100_000, 0);
            SerialRun serial = new SerialRun(new Workload(schedule), schedule.steps() + 1);
            boolean finite = true;
            for (int step = 0; step <= schedule.steps(); step++) {
                finite &= serial.outcome(step).decision() == StepOutcome.Decision.APPLY;
            }
            if (finite) {
                return schedule;
            }
        }
    }

    private static Map<Flow, Amount> traffic(Schedule schedule, int steps) {
        SimulationResult result = new Simulation(schedule.withSteps(steps), Parts.production()).run();
        assertThat(result.problem()).isNull();
        return result.traffic();
    }

    private static Map<Flow, Amount> formula(Schedule schedule) {
        Workload workload = new Workload(schedule);
        long step = schedule.steps();
        SerialRun serial = new SerialRun(workload, schedule.steps() + 1);
        List<ShardRange> ranges = workload.settings().ranges(workload.table(), schedule.servers());
        Sum gradients = new Sum();
        Sum confirmations = new Sum();
        Sum reports = new Sum();
        for (int worker = 0; worker < schedule.training().logicalWorkers(); worker++) {
            Workload.Slice slice = workload.slice(step, worker, serial.weights(step), 1, 0);
            for (ShardRange range : ranges) {
                for (int chunk = 0; chunk < range.chunks(); chunk++) {
                    int header =
                            integer(step) + integer(worker) + integer(chunk) + integer(slice.samples()) + FLOAT + 2;
                    gradients.add(header
                            + range.chunkSize(chunk)
                                    * schedule.training().gradientDtype().bytes());
                    confirmations.add(header);
                }
            }
            reports.add(integer(step) + integer(worker) + integer(slice.samples()) + real(slice.lossSum()) + FLAG);
        }
        Map<Flow, Amount> flows = new HashMap<>();
        flows.put(new Flow(Role.WORKER, Role.SERVER, FrameType.GRADIENT), gradients.amount());
        flows.put(new Flow(Role.SERVER, Role.WORKER, FrameType.GRADIENT), confirmations.amount());
        flows.put(new Flow(Role.WORKER, Role.SERVER, FrameType.WORKER_REPORT), reports.amount());
        addWeights(schedule, workload, ranges, flows);
        addDecision(schedule, serial.outcome(step), flows);
        return flows;
    }

    private static void addWeights(
            Schedule schedule, Workload workload, List<ShardRange> ranges, Map<Flow, Amount> flows) {
        int request = integer(1); // below 128 and not 0
        int version = integer(schedule.steps() + 1);
        Sum pulls = new Sum();
        Sum pulled = new Sum();
        for (int parameter = 0; parameter < workload.table().size(); parameter++) {
            long first = workload.table().offset(parameter);
            long end = workload.table().offset(parameter + 1);
            if (first == end) {
                pulls.add(request + version + 2);
                pulled.add(request + version);
            }
            for (ShardRange range : ranges) {
                long from = Math.max(first, range.from());
                long to = Math.min(end, range.to());
                if (from < to) {
                    pulls.add(request + integer(from) + integer(to) + version + 2);
                }
                while (from < to) {
                    long next = Math.min(to, range.chunkTo(range.chunkAt(from)));
                    int body = (int) (next - from)
                            * schedule.training().weightDtype().bytes();
                    pulled.add(request + integer(from) + integer(next) + version + body);
                    from = next;
                }
            }
        }
        flows.put(new Flow(Role.WORKER, Role.SERVER, FrameType.PULL), pulls.times(schedule.workers()));
        flows.put(new Flow(Role.SERVER, Role.WORKER, FrameType.PULLED), pulled.times(schedule.workers()));
    }

    private static void addDecision(Schedule schedule, StepOutcome outcome, Map<Flow, Amount> flows) {
        Sum outcomes = new Sum();
        outcomes.add(
                integer(outcome.step()) + FLAG + integer(outcome.samples()) + real(outcome.lossSum()) + DOUBLE + FLOAT);
        flows.put(new Flow(Role.SERVER, Role.WORKER, FrameType.OUTCOME), outcomes.times(schedule.workers()));
        if (schedule.servers() > 1) {
            int others = schedule.servers() - 1;
            flows.put(new Flow(Role.SERVER, Role.SERVER, FrameType.OUTCOME), outcomes.times(others));
            Sum squares = new Sum();
            int limbs = LIMBS * Long.BYTES;
            squares.add(integer(outcome.step()) + integer(limbs) + limbs + FLAG);
            flows.put(new Flow(Role.SERVER, Role.SERVER, FrameType.SHARD_SQUARES), squares.times(others));
        }
    }

    /** Frames and their bytes. */
    private static final class Sum {
        private long frames;
        private long bytes;

        void add(int headerAndBody) {
            frames++;
            bytes += PREFIX + headerAndBody;
        }

        Amount times(int senders) {
            return new Amount(frames * senders, bytes * senders);
        }

        Amount amount() {
            return times(1);
        }
    }
}
