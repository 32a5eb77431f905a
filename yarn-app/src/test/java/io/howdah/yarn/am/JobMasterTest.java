// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobMasterTest {
    private static final TaskId SERVER = new TaskId(Role.SERVER, 0);
    private static final TaskId WORKER_0 = new TaskId(Role.WORKER, 0);
    private static final TaskId WORKER_1 = new TaskId(Role.WORKER, 1);

    private final SimulatedCluster cluster = new SimulatedCluster();
    private JobMaster master;

    @BeforeEach
    void startJob() {
        Config config = Config.parse(
                JobConfiguration.KEYS,
                Map.of(
                        "howdah.server.count", "1",
                        "howdah.worker.count", "2",
                        "howdah.train.input", "in",
                        "howdah.train.output", "out",
                        "howdah.allocation.timeout.seconds", "100",
                        "howdah.task.timeout.seconds", "10",
                        "howdah.stop.grace.seconds", "5",
                        "howdah.task.max.failures", "0"));
        master = new JobMaster(new JobPlan(JobKind.TRAIN, "application_1_1", config), cluster, () -> cluster.nowMillis);
        master.start();
    }

    @Test
    void asksForEveryTaskUnderItsOwnRequest() {
        assertThat(cluster.requests)
                .containsExactly(Map.entry(0L, SERVER), Map.entry(1L, WORKER_0), Map.entry(2L, WORKER_1));
    }

    @Test
    void tellsAllToRunOnlyWhenAllHaveRegistered() {
        allocateAll();
        register(SERVER, 7000);
        register(WORKER_0, 0);
        assertThat(master.command().getKind()).isEqualTo(Command.Kind.WAIT);
        register(WORKER_1, 0);
        assertThat(master.command().getKind()).isEqualTo(Command.Kind.RUN);
        assertThat(master.command().getAssignment().getServers(0).getPort()).isEqualTo(7000);
        assertThat(master.command().getAssignment().getLogicalWorkers()).isEqualTo(2);
    }

    @Test
    void succeedsWhenAllWorkersAreDoneAndTheServersHaveEnded() {
        run();
        complete(WORKER_0, "", Map.of("checkpoint", "step-00000001"));
        end("c1", 0);
        assertThat(master.command().getKind()).isEqualTo(Command.Kind.RUN);
        complete(WORKER_1, "", Map.of());
        end("c2", 0);
        assertThat(master.command().getKind()).isEqualTo(Command.Kind.STOP);
        assertThat(cluster.result).isNull();
        end("c0", 0);
        assertThat(cluster.result.state()).isEqualTo(JobResult.State.SUCCEEDED);
        assertThat(cluster.result.results()).containsEntry("checkpoint", "step-00000001");
        assertThat(cluster.result.tasks()).hasSize(3);
    }

    @Test
    void serversThatLoseEachOtherAfterTheJobIsDoneAreNoFailure() {
        run();
        complete(WORKER_0, "", Map.of());
        complete(WORKER_1, "", Map.of());
        complete(SERVER, "Cannot reach server 1: the other end closed it", Map.of());
        end("c0", 1);
        end("c1", 0);
        end("c2", 0);
        assertThat(cluster.result.state()).isEqualTo(JobResult.State.SUCCEEDED);
    }

    @Test
    void surplusContainersGoBack() {
        allocateAll();
        master.handle(new JobEvent.Allocated(1, "surplus", "node"));
        master.handle(new JobEvent.Allocated(77, "stray", "node"));
        assertThat(cluster.released).containsExactly("surplus", "stray");
        assertThat(cluster.launched).doesNotContainKeys("surplus", "stray");
    }

    @Test
    void aContainerThatDiesFailsTheJobWithTheReasonAndTheRemedy() {
        run();
        end("c1", ContainerExitStatus.KILLED_EXCEEDED_PMEM);
        end("c2", 0);
        end("c0", 0);
        assertThat(cluster.result.state()).isEqualTo(JobResult.State.FAILED);
        assertThat(cluster.result.diagnostics())
                .contains("worker 0", "container=c1", "exit=-104", "raise howdah.worker.memory.mb");
    }

    @Test
    void aServersOwnWordsExplainTheWorkersLostConnections() {
        run();
        complete(WORKER_0, "Cannot reach server 0: the other end closed it", Map.of());
        complete(SERVER, "Cannot serve: out of memory", Map.of());
        end("c0", 1);
        end("c1", 1);
        end("c2", 0);
        assertThat(cluster.result.diagnostics()).isEqualTo("Cannot serve: out of memory");
    }

    @Test
    void aProcessThatDiedExplainsWhatItsPeersTold() {
        run();
        complete(WORKER_0, "Cannot reach server 0: the other end closed it", Map.of());
        complete(WORKER_1, "Cannot train: odd", Map.of());
        end("c1", 1);
        end("c2", 1);
        end("c0", 137);
        assertThat(cluster.result.diagnostics()).contains("Cannot finish server 0", "exit=137");
    }

    @Test
    void aProcessThatWeStoppedIsNoReason() {
        run();
        complete(WORKER_0, "Cannot train: odd", Map.of());
        end("c1", 1);
        cluster.nowMillis = 5_001;
        master.handle(new JobEvent.Tick());
        end("c0", 143);
        end("c2", 143);
        assertThat(cluster.result.diagnostics()).isEqualTo("Cannot train: odd");
    }

    @Test
    void aContainerThatCannotStartIsTold() {
        master.handle(new JobEvent.Allocated(0, "c0", "node"));
        master.handle(new JobEvent.LaunchFailed("c0", "no such user"));
        assertThat(cluster.result.diagnostics()).contains("Cannot start server 0", "no such user");
    }

    @Test
    void givesUpOnContainersThatAreNotGranted() {
        master.handle(new JobEvent.Allocated(0, "c0", "node"));
        cluster.nowMillis = 9_000;
        register(SERVER, 7000);
        for (cluster.nowMillis = 10_000; cluster.nowMillis <= 100_000; cluster.nowMillis += 1000) {
            heartbeat(SERVER);
            master.handle(new JobEvent.Tick());
        }
        assertThat(master.status().getState()).isEqualTo("ALLOCATING");
        master.handle(new JobEvent.Tick());
        assertThat(master.status().getDiagnostics())
                .contains("containers=2 not granted in 100 s", "howdah.allocation.timeout");
        end("c0", 0);
        assertThat(cluster.result.state()).isEqualTo(JobResult.State.FAILED);
    }

    @Test
    void aSilentTaskFailsTheJob() {
        run();
        cluster.nowMillis = 10_001;
        heartbeat(SERVER);
        heartbeat(WORKER_1);
        master.handle(new JobEvent.Tick());
        assertThat(master.status().getDiagnostics()).contains("Cannot hear worker 0", "10000 ms");
    }

    @Test
    void stopsTasksThatDoNotEndInTheGracePeriodAndThenEndsAnyway() {
        run();
        master.handle(new JobEvent.Kill("enough"));
        cluster.nowMillis = 5_000;
        master.handle(new JobEvent.Tick());
        assertThat(cluster.stopped).isEmpty();
        cluster.nowMillis = 5_001;
        master.handle(new JobEvent.Tick());
        assertThat(cluster.stopped).containsExactly("c0", "c1", "c2");
        cluster.nowMillis = 15_001;
        master.handle(new JobEvent.Tick());
        assertThat(cluster.result.state()).isEqualTo(JobResult.State.KILLED);
        assertThat(cluster.result.diagnostics()).isEqualTo("enough");
    }

    @Test
    void losingTheResourceManagerEndsTheJobAtOnce() {
        run();
        master.handle(new JobEvent.Lost("Cannot go on: unknown attempt"));
        assertThat(cluster.result.diagnostics()).isEqualTo("Cannot go on: unknown attempt");
    }

    @Test
    void reportsTheNumbersOfTheFurthestWorker() {
        run();
        master.handle(new JobEvent.Heartbeat(WORKER_0, 0, metrics(3, 12.0, 4), 0, Map.of()));
        master.handle(new JobEvent.Heartbeat(WORKER_1, 0, metrics(2, 99.0, 4), 0, Map.of()));
        assertThat(master.status().getStep()).isEqualTo(3);
        assertThat(master.status().getLoss()).isEqualTo(3.0);
    }

    /** Every state must take every event: a missing row would end the ApplicationMaster with an exception. */
    @ParameterizedTest
    @EnumSource(JobState.class)
    void everyStateTakesEveryEvent(JobState state) {
        bringTo(state);
        for (JobEvent event : new JobEvent[] {
            new JobEvent.Tick(),
            new JobEvent.Heartbeat(SERVER, 0, TaskMetrics.getDefaultInstance(), 0, Map.of()),
            new JobEvent.Allocated(0, "late", "node"),
            new JobEvent.Registered(SERVER, 0, "host", 1, 0),
            new JobEvent.ContainerEnded("unknown", 0, ""),
            new JobEvent.LaunchFailed("unknown", "no"),
            new JobEvent.Completed(WORKER_0, 0, "", TaskMetrics.getDefaultInstance(), Map.of()),
            new JobEvent.Kill("again"),
            new JobEvent.Lost("gone")
        }) {
            master.handle(event);
        }
        assertThat(master.status().getState()).isEqualTo("ENDED");
    }

    private void bringTo(JobState state) {
        if (state != JobState.ALLOCATING) {
            run();
        }
        if (state == JobState.STOPPING || state == JobState.ENDED) {
            master.handle(new JobEvent.Kill("stop"));
        }
        if (state == JobState.ENDED) {
            end("c0", 0);
            end("c1", 0);
            end("c2", 0);
        }
        assertThat(master.status().getState()).isEqualTo(state.toString());
    }

    private void run() {
        allocateAll();
        register(SERVER, 7000);
        register(WORKER_0, 0);
        register(WORKER_1, 0);
    }

    private void allocateAll() {
        for (int i = 0; i < 3; i++) {
            master.handle(new JobEvent.Allocated(i, "c" + i, "node"));
        }
    }

    private void register(TaskId task, int port) {
        master.handle(new JobEvent.Registered(task, 0, "host", port, port));
    }

    private void heartbeat(TaskId task) {
        master.handle(new JobEvent.Heartbeat(task, 0, TaskMetrics.getDefaultInstance(), 0, Map.of()));
    }

    private void complete(TaskId task, String message, Map<String, String> results) {
        master.handle(new JobEvent.Completed(task, 0, message, TaskMetrics.getDefaultInstance(), results));
    }

    private void end(String containerId, int status) {
        master.handle(new JobEvent.ContainerEnded(containerId, status, ""));
    }

    private static TaskMetrics metrics(long step, double lossSum, long samples) {
        return TaskMetrics.newBuilder()
                .setStep(step)
                .setLossSum(lossSum)
                .setSamples(samples)
                .setPhase("training")
                .build();
    }
}
