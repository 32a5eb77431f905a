// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;
import org.junit.jupiter.api.Test;

/** What becomes of a job whose processes die, with two servers and two workers. */
class ReplacementTest {
    private static final TaskId SERVER_0 = new TaskId(Role.SERVER, 0);
    private static final TaskId SERVER_1 = new TaskId(Role.SERVER, 1);
    private static final TaskId WORKER_0 = new TaskId(Role.WORKER, 0);
    private static final TaskId WORKER_1 = new TaskId(Role.WORKER, 1);

    private final SimulatedCluster cluster = new SimulatedCluster();

    private JobMaster running(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "howdah.server.count", "2",
                "howdah.worker.count", "2",
                "howdah.train.input", "in",
                "howdah.train.output", "out",
                "howdah.allocation.timeout.seconds", "100",
                "howdah.task.timeout.seconds", "10",
                "howdah.task.max.failures", "1"));
        for (String setting : settings) {
            all.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        Config config = Config.parse(JobConfiguration.KEYS, all);
        JobMaster master =
                new JobMaster(new JobPlan(JobKind.TRAIN, "application_1_1", config), cluster, () -> cluster.nowMillis);
        master.start();
        for (int i = 0; i < 4; i++) {
            master.handle(new JobEvent.Allocated(i, "c" + i, "node"));
        }
        register(master, SERVER_0, 0, 7000);
        register(master, SERVER_1, 0, 7001);
        register(master, WORKER_0, 0, 0);
        register(master, WORKER_1, 0, 0);
        assertThat(master.status().getState()).isEqualTo("RUNNING");
        return master;
    }

    private static void register(JobMaster master, TaskId task, int attempt, int port) {
        master.handle(new JobEvent.Registered(task, attempt, "host", port, port + 100));
    }

    private static void heartbeat(
            JobMaster master, TaskId task, int attempt, long change, Map<Integer, Long> followed) {
        master.handle(new JobEvent.Heartbeat(task, attempt, TaskMetrics.getDefaultInstance(), change, followed));
    }

    private static void end(JobMaster master, String container, int status) {
        master.handle(new JobEvent.ContainerEnded(container, status, ""));
    }

    private static Assignment told(JobMaster master, TaskId task, int attempt) {
        return master.command(task, attempt).getAssignment();
    }

    @Test
    void aWorkerThatDiesIsReplacedAndItsOldProcessIsToldToStop() {
        JobMaster master = running();
        end(master, "c2", 137);
        assertThat(cluster.requests).containsEntry(4L, WORKER_0);
        assertThat(master.command(WORKER_0, 0).getKind()).isEqualTo(Command.Kind.STOP);
        master.handle(new JobEvent.Allocated(4, "c4", "node"));
        assertThat(cluster.launched).containsEntry("c4", WORKER_0);
        register(master, WORKER_0, 1, 0);
        assertThat(master.command(WORKER_0, 1).getKind()).isEqualTo(Command.Kind.RUN);
        master.handle(
                new JobEvent.Completed(WORKER_0, 0, "Cannot train: late", TaskMetrics.getDefaultInstance(), Map.of()));
        assertThat(master.status().getDiagnostics()).as("an old process speaks").isEmpty();
        assertThat(master.status().getState()).isEqualTo("RUNNING");
    }

    @Test
    void tooManyDeathsFailTheJob() {
        JobMaster master = running();
        end(master, "c2", 137);
        master.handle(new JobEvent.Allocated(4, "c4", "node"));
        end(master, "c4", 137);
        assertThat(master.status().getDiagnostics()).contains("worker 0", "container=c4", "exit=137");
        assertThat(master.status().getState()).isEqualTo("STOPPING");
    }

    @Test
    void lostNodesAndPreemptedContainersDoNotCount() {
        JobMaster master = running();
        for (int i = 0; i < 5; i++) {
            int status = i % 2 == 0 ? ContainerExitStatus.ABORTED : ContainerExitStatus.PREEMPTED;
            end(master, i == 0 ? "c2" : "again" + i, status);
            master.handle(new JobEvent.Allocated(4 + i, "again" + (i + 1), "node"));
        }
        assertThat(master.status().getState()).isEqualTo("RUNNING");
    }

    @Test
    void aSilentWorkerIsStoppedAndReplaced() {
        JobMaster master = running();
        cluster.nowMillis = 10_001;
        heartbeat(master, SERVER_0, 0, 0, Map.of());
        heartbeat(master, SERVER_1, 0, 0, Map.of());
        heartbeat(master, WORKER_1, 0, 0, Map.of());
        master.handle(new JobEvent.Tick());
        assertThat(cluster.stopped).containsExactly("c2");
        assertThat(cluster.requests).containsEntry(4L, WORKER_0);
        cluster.nowMillis = 20_000;
        assertThat(master.status().getState()).isEqualTo("RUNNING");
    }

    @Test
    void processesThatWatchForAnEarlyEndAreNotReplaced() {
        JobMaster master = running("howdah.train.patience=2", "howdah.evaluate.interval.steps=5");
        end(master, "c2", 137);
        assertThat(master.status().getState()).isEqualTo("STOPPING");
    }

    @Test
    void withoutReplicasALostServerFailsTheJob() {
        JobMaster master = running();
        end(master, "c0", 137);
        assertThat(master.status().getDiagnostics()).contains("server 0", "exit=137");
    }

    @Test
    void backupsTakeOverAndServersKnowBeforeWorkers() {
        JobMaster master = running("howdah.ps.replication=backup");
        assertThat(told(master, WORKER_0, 0).getServersList())
                .extracting("port")
                .containsExactly(7000, 7001);
        assertThat(told(master, WORKER_0, 0)
                        .getShards(0)
                        .getBackup()
                        .getEndpoint()
                        .getPort())
                .isEqualTo(7101);
        heartbeat(master, SERVER_0, 0, 1, Map.of(1, 1L));
        heartbeat(master, SERVER_1, 0, 1, Map.of(0, 1L));
        end(master, "c0", 137);
        assertThat(told(master, SERVER_1, 0).getServersList())
                .extracting("port")
                .containsExactly(7101, 7001);
        assertThat(told(master, WORKER_0, 0).getServers(0).getPort()).isEqualTo(7000);
        heartbeat(master, SERVER_1, 0, 2, Map.of());
        assertThat(told(master, WORKER_0, 0).getServers(0).getPort()).isEqualTo(7101);
        master.handle(new JobEvent.Allocated(4, "c4", "node"));
        register(master, SERVER_0, 1, 7200);
        Assignment newest = told(master, SERVER_0, 1);
        assertThat(newest.getShards(0).getBackup().getEndpoint().getPort()).isEqualTo(7200);
        assertThat(newest.getShards(1).getBackup().getEndpoint().getPort()).isEqualTo(7300);
        assertThat(newest.getShards(0).getPrimary().getServer()).isEqualTo(1);
    }

    @Test
    void aServerThatIsLostBeforeItsBackupHasEverythingFailsTheJob() {
        JobMaster master = running("howdah.ps.replication=backup");
        heartbeat(master, SERVER_0, 0, 1, Map.of(1, 1L));
        end(master, "c0", 137);
        assertThat(master.status().getDiagnostics()).contains("server 0", "exit=137");
        assertThat(master.status().getState()).isEqualTo("STOPPING");
    }
}
