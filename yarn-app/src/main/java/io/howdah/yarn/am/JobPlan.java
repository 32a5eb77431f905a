// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.ps.Membership;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Endpoint;
import io.howdah.yarn.umbilical.proto.JobStatus;
import io.howdah.yarn.umbilical.proto.Replica;
import io.howdah.yarn.umbilical.proto.ShardReplicas;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.List;

/** What is fixed about a job: its kind, tasks, timeouts, and how its numbers are put together. */
record JobPlan(JobKind kind, String applicationId, Config config) {
    List<TaskId> tasks() {
        return kind.tasks(config);
    }

    /** Whether tasks talk to each other, and TLS protects what they say. */
    boolean encrypts() {
        return config.get(SyncKeys.TLS) && kind.roles().contains(Role.SERVER);
    }

    long allocationTimeoutMillis() {
        return config.get(YarnKeys.ALLOCATION_TIMEOUT) * 1000;
    }

    long taskTimeoutMillis() {
        return config.get(YarnKeys.TASK_TIMEOUT) * 1000;
    }

    long stopGraceMillis() {
        return config.get(YarnKeys.STOP_GRACE) * 1000;
    }

    String allocationMessage(long waiting) {
        return "Cannot start the job: containers=" + waiting + " not granted in " + allocationTimeoutMillis() / 1000
                + " s in queue " + config.get(YarnKeys.QUEUE)
                + ", expected all; ask for fewer or smaller containers, or raise "
                + YarnKeys.ALLOCATION_TIMEOUT.name();
    }

    /** Whether every shard is kept on two servers. */
    boolean replicates() {
        return config.get(SyncKeys.REPLICATION).equals("backup") && kind.roles().contains(Role.SERVER);
    }

    long mostFailures() {
        return config.get(YarnKeys.MOST_FAILURES);
    }

    /**
     * Whether another process can go on in the middle of the job where one of {@code role} was lost. Processes that watch for
     * an early end must have seen all evaluations, which a new one has not.
     */
    boolean isReplaceable(Role role) {
        return role != Role.WORKER || config.get(TrainKeys.PATIENCE) == 0;
    }

    /** Tells every task where the servers are. */
    Command runCommand(List<TaskRecord> tasks) {
        return Command.newBuilder()
                .setKind(Command.Kind.RUN)
                .setAssignment(assignment(tasks))
                .build();
    }

    /** As {@link #runCommand(List)}, of shards that are kept twice. */
    Command runCommand(List<TaskRecord> tasks, Membership membership, long change) {
        Assignment.Builder assignment = assignment(tasks).clearServers().setChange(change);
        for (Membership.Shard shard : membership.shards()) {
            ShardReplicas.Builder replicas =
                    ShardReplicas.newBuilder().setEpoch(shard.epoch()).setPrimary(replica(shard.primary()));
            assignment.addServers(replicas.getPrimary().getEndpoint());
            Membership.Replica backup = shard.backup();
            if (backup != null) {
                replicas.setBackup(replica(backup));
            }
            assignment.addShards(replicas);
        }
        return Command.newBuilder()
                .setKind(Command.Kind.RUN)
                .setAssignment(assignment)
                .build();
    }

    private static Replica replica(Membership.Replica replica) {
        return Replica.newBuilder()
                .setServer(replica.server())
                .setEndpoint(Endpoint.newBuilder()
                        .setHost(replica.address().getHostString())
                        .setPort(replica.address().getPort()))
                .build();
    }

    private Assignment.Builder assignment(List<TaskRecord> tasks) {
        int workers = (int)
                tasks.stream().filter(task -> task.id.role() == Role.WORKER).count();
        int logicalWorkers = config.getInt(SyncKeys.LOGICAL_WORKERS);
        Assignment.Builder assignment = Assignment.newBuilder()
                .setGeneration(1)
                .setWorkers(workers)
                .setLogicalWorkers(logicalWorkers == 0 ? workers : logicalWorkers);
        tasks.stream()
                .filter(task -> task.id.role() == Role.SERVER)
                .map(task -> Endpoint.newBuilder().setHost(task.host).setPort(task.port))
                .forEach(assignment::addServers);
        return assignment;
    }

    /** The numbers of the task that is furthest stand for the job. */
    JobStatus status(JobState state, String diagnostics, List<TaskRecord> tasks) {
        TaskMetrics lead = TaskMetrics.getDefaultInstance();
        int running = 0;
        for (TaskRecord task : tasks) {
            if (task.id.role() != Role.SERVER && task.metrics.getStep() > lead.getStep()
                    || lead.getPhase().isEmpty() && task.id.role() != Role.SERVER) {
                lead = task.metrics;
            }
            running += task.stage == TaskRecord.Stage.REGISTERED ? 1 : 0;
        }
        return JobStatus.newBuilder()
                .setState(state.toString())
                .setDiagnostics(diagnostics)
                .setStep(lead.getStep())
                .setTotalSteps(kind == JobKind.TRAIN ? config.get(TrainKeys.STEPS) : 0)
                .setLoss(lead.getSamples() == 0 ? Double.NaN : lead.getLossSum() / lead.getSamples())
                .setSamplesPerSecond(lead.getSamplesPerSecond())
                .setPhase(lead.getPhase())
                .setTasksRunning(running)
                .setTasks(tasks.size())
                .build();
    }

    JobResult.Task report(TaskRecord task) {
        MemoryPlan memory = task.id.role().memory(config);
        return new JobResult.Task(
                task.id.role().toString(),
                task.id.index(),
                task.containerId == null ? "" : task.containerId,
                task.host,
                memory.containerMb(),
                memory.heapMb(),
                memory.directMb(),
                task.metrics.getPoolPeakBytes() >> 20,
                task.metrics.getPeakResidentBytes() >> 20);
    }
}
