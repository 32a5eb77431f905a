// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static io.howdah.yarn.am.JobState.ALLOCATING;
import static io.howdah.yarn.am.JobState.ENDED;
import static io.howdah.yarn.am.JobState.RUNNING;
import static io.howdah.yarn.am.JobState.STOPPING;

import io.howdah.yarn.am.JobResult.State;
import io.howdah.yarn.am.TaskRecord.Stage;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.JobStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.hadoop.yarn.state.StateMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a job, by the table of {@link JobTable}. All tasks get a container and register; then all are told to
 * run; the job ends well once every task that ends by itself has done so, and badly at the first task that says it cannot. A
 * process that dies without a word is replaced, as long as nothing is lost with it and the configuration allows.
 *
 * <p>{@link #handle} is called by one thread; {@link #command} and {@link #status} by any.
 */
final class JobMaster {
    private static final Logger LOG = LoggerFactory.getLogger(JobMaster.class);
    private final JobPlan plan;
    private final ContainerRuntime runtime;
    private final LongSupplier clockMillis;
    private final StateMachine<JobState, JobEvent.Type, JobEvent> machine = JobTable.TABLE.make(this);
    private final List<TaskRecord> tasks = new ArrayList<>();
    private final Map<String, String> results = new TreeMap<>();
    private final Failures failures = new Failures();
    private final long startedMillis;
    private long stoppingMillis;
    /** Once it is, servers lose each other in any order; that is no failure. */
    private boolean done;

    private boolean forced;
    private long nextRequest;
    private @Nullable ShardWatch shards;
    private Command command = Command.getDefaultInstance();
    private volatile Told told = new Told(command, command, Map.of());
    private volatile JobStatus status = JobStatus.getDefaultInstance();

    JobMaster(JobPlan plan, ContainerRuntime runtime, LongSupplier clockMillis) {
        this.plan = plan;
        this.runtime = runtime;
        this.clockMillis = clockMillis;
        this.startedMillis = clockMillis.getAsLong();
        plan.tasks().forEach(id -> tasks.add(new TaskRecord(id)));
    }

    /** Asks for all containers. */
    void start() {
        for (TaskRecord task : tasks) {
            task.requestId = nextRequest++;
            task.requestedMillis = startedMillis;
            runtime.request(task.id, task.requestId);
        }
        publish();
    }

    void handle(JobEvent event) {
        JobState before = machine.getCurrentState();
        JobState after = machine.doTransition(event.type(), event);
        if (before != after) {
            LOG.info("Job goes from {} to {} on {}", before, after, event.type());
        }
        publish();
        if (before != ENDED && after == ENDED) {
            runtime.finish(result());
        }
    }

    /**
     * What tasks are told.
     *
     * @param attempts of all tasks that are not the first
     */
    private record Told(Command servers, Command others, Map<TaskId, Integer> attempts) {
        private static final Command REPLACED = Command.newBuilder()
                .setKind(Command.Kind.STOP)
                .setReason("another process has taken this one's place")
                .build();

        Command of(TaskId task, int attempt) {
            if (attempt < attempts.getOrDefault(task, 0)) {
                return REPLACED;
            }
            return task.role() == Role.SERVER ? servers : others;
        }
    }

    /** What an attempt of a task is to do now. */
    Command command(TaskId task, int attempt) {
        return told.of(task, attempt);
    }

    /** What every task that is no server is to do now. */
    Command command() {
        return told.others();
    }

    JobStatus status() {
        return status;
    }

    void launch(JobEvent.Allocated event) {
        TaskRecord task = tasks.stream()
                .filter(asked -> asked.requestId == event.requestId() && asked.stage == Stage.REQUESTED)
                .findFirst()
                .orElse(null);
        if (task == null) {
            release(event);
            return;
        }
        task.containerId = event.containerId();
        task.host = event.host();
        task.stage = Stage.LAUNCHED;
        task.lastHeardMillis = clockMillis.getAsLong();
        runtime.launch(task.id, task.attempt, event.containerId());
    }

    void release(JobEvent.Allocated event) {
        runtime.release(event.containerId());
    }

    void ignore(JobEvent event) {}

    JobState register(JobEvent.Registered event) {
        TaskRecord task = record(event.task());
        if (event.attempt() != task.attempt) {
            return machine.getCurrentState();
        }
        task.host = event.host();
        task.port = event.port();
        task.copyPort = event.copyPort();
        task.advance(Stage.REGISTERED);
        task.lastHeardMillis = clockMillis.getAsLong();
        if (machine.getCurrentState() == RUNNING) {
            if (shards != null && task.id.role() == Role.SERVER) {
                shards.joined(task, tasks);
            }
            return RUNNING;
        }
        if (tasks.stream().allMatch(other -> other.isAtLeast(Stage.REGISTERED))) {
            command = plan.runCommand(tasks);
            shards = plan.replicates() ? new ShardWatch(plan, tasks) : null;
            return RUNNING;
        }
        return ALLOCATING;
    }

    void hear(JobEvent.Heartbeat event) {
        TaskRecord task = record(event.task());
        if (event.attempt() == task.attempt) {
            task.lastHeardMillis = clockMillis.getAsLong();
            task.metrics = event.metrics();
            if (shards != null && task.id.role() == Role.SERVER) {
                shards.heard(event, tasks);
            }
        }
    }

    JobState complete(JobEvent.Completed event) {
        TaskRecord task = record(event.task());
        if (event.attempt() != task.attempt) {
            return machine.getCurrentState();
        }
        task.metrics = event.metrics();
        task.advance(Stage.DONE);
        results.putAll(event.results());
        if (done) {
            LOG.info("{} ended after the job was done: {}", task.id, event.message());
            return afterEnd();
        }
        if (!event.message().isEmpty()) {
            failures.tell(event.message());
            return stop(event.message());
        }
        done = tasks.stream()
                .filter(other -> other.id.role().ending() == Role.Ending.WHEN_DONE)
                .allMatch(other -> other.isAtLeast(Stage.DONE));
        return done ? stop("the job is done") : machine.getCurrentState();
    }

    JobState failLaunch(JobEvent.LaunchFailed event) {
        TaskRecord task = holder(event.containerId());
        if (task == null) {
            return machine.getCurrentState();
        }
        if (replace(task, true, "its container did not start: " + event.message())) {
            return machine.getCurrentState();
        }
        task.stage = Stage.ENDED;
        failures.tell("Cannot start " + task.id + ": container=" + task.containerId + " host=" + task.host + " ("
                + event.message().lines().findFirst().orElse("")
                + "), expected it to start; see the NodeManager's log");
        return stop("a container did not start");
    }

    JobState end(JobEvent.ContainerEnded event) {
        TaskRecord task = holder(event.containerId());
        if (task == null) {
            return machine.getCurrentState();
        }
        boolean running = machine.getCurrentState() != STOPPING;
        // While stopping, a process that ends well has obeyed, and one that we stop ourselves is no surprise.
        boolean unexpected = running || !done && !forced && event.exitStatus() != 0;
        boolean silent = task.stage != Stage.DONE;
        boolean counts = !ExitStatus.isOfTheCluster(event.exitStatus());
        if (silent && running && replace(task, counts, "exit=" + event.exitStatus())) {
            return machine.getCurrentState();
        }
        task.stage = Stage.ENDED;
        if (silent && unexpected) {
            failures.died(task, event);
            return stop("a process died");
        }
        return afterEnd();
    }

    /**
     * Asks for another process in the place of one that is gone; returns false if the job cannot go on.
     *
     * @param counts whether it is the task's failure
     */
    private boolean replace(TaskRecord task, boolean counts, String reason) {
        boolean isRunning = machine.getCurrentState() == RUNNING;
        task.failures += counts ? 1 : 0;
        if (task.failures > plan.mostFailures() || isRunning && !plan.isReplaceable(task.id.role())) {
            return false;
        }
        if (isRunning && task.id.role() == Role.SERVER) {
            List<Integer> gone = shards == null ? List.of(task.id.index()) : shards.lost(task, tasks);
            if (!gone.isEmpty()) {
                LOG.error("Lost {}, and nobody else has shards {}", task.id, gone);
                return false;
            }
        }
        LOG.warn(
                "Replacing {}: attempt={} container={} host={} {} failures={} of {}",
                task.id,
                task.attempt,
                task.containerId,
                task.host,
                reason,
                task.failures,
                plan.mostFailures());
        task.replace(nextRequest++, clockMillis.getAsLong());
        runtime.request(task.id, task.requestId);
        return true;
    }

    private @Nullable TaskRecord holder(String containerId) {
        return tasks.stream()
                .filter(task -> containerId.equals(task.containerId) && task.stage != Stage.ENDED)
                .findFirst()
                .orElse(null);
    }

    JobState kill(JobEvent.Kill event) {
        failures.kill(event.reason());
        return stop(event.reason());
    }

    JobState lose(JobEvent.Lost event) {
        failures.tell(event.reason());
        stop(event.reason());
        return ENDED;
    }

    JobState checkAllocation(JobEvent.Tick tick) {
        long now = clockMillis.getAsLong();
        long waiting = tasks.stream()
                .filter(task ->
                        task.stage == Stage.REQUESTED && now - task.requestedMillis > plan.allocationTimeoutMillis())
                .count();
        if (waiting > 0) {
            failures.tell(plan.allocationMessage(waiting));
            return stop("containers are missing");
        }
        return checkLiveness(tick);
    }

    JobState checkLiveness(JobEvent.Tick tick) {
        long now = clockMillis.getAsLong();
        for (TaskRecord task : tasks) {
            boolean watched = task.stage == Stage.LAUNCHED || task.stage == Stage.REGISTERED;
            if (watched && now - task.lastHeardMillis > plan.taskTimeoutMillis()) {
                String silent = task.containerId;
                if (silent != null && replace(task, true, "silent for " + plan.taskTimeoutMillis() + " ms")) {
                    runtime.stop(silent);
                    continue;
                }
                failures.tell("Cannot hear " + task.id + ": container=" + task.containerId + " host=" + task.host
                        + " silent for " + plan.taskTimeoutMillis() + " ms, expected heartbeats; see its log");
                return stop("a task is silent");
            }
        }
        return machine.getCurrentState();
    }

    JobState checkGrace(JobEvent.Tick tick) {
        long waited = clockMillis.getAsLong() - stoppingMillis;
        if (!forced && waited > plan.stopGraceMillis()) {
            forced = true;
            for (TaskRecord task : tasks) {
                String containerId = task.containerId;
                if (containerId != null && task.holdsContainer()) {
                    runtime.stop(containerId);
                }
            }
        }
        // Unregistering makes YARN end whatever the NodeManagers did not report in time.
        return forced && waited > 2 * plan.stopGraceMillis() + 5_000 ? ENDED : STOPPING;
    }

    private JobState stop(String reason) {
        if (command.getKind() != Command.Kind.STOP) {
            LOG.info("Stopping the job: {}", reason);
            stoppingMillis = clockMillis.getAsLong();
            command = Command.newBuilder()
                    .setKind(Command.Kind.STOP)
                    .setReason(reason)
                    .build();
        }
        return afterEnd();
    }

    /** While stopping, the job ends with its last container. */
    private JobState afterEnd() {
        if (command.getKind() != Command.Kind.STOP) {
            return machine.getCurrentState();
        }
        return tasks.stream().anyMatch(TaskRecord::holdsContainer) ? STOPPING : ENDED;
    }

    private TaskRecord record(TaskId id) {
        return tasks.stream().filter(task -> task.id.equals(id)).findFirst().orElseThrow();
    }

    private JobResult result() {
        State state = failures.wasKilled() ? State.KILLED : failures.isEmpty() ? State.SUCCEEDED : State.FAILED;
        List<JobResult.Task> reports = tasks.stream().map(plan::report).toList();
        long firstStep = tasks.stream()
                .mapToLong(task -> task.metrics.getFirstStepMillis())
                .max()
                .orElse(0);
        return new JobResult(
                plan.kind().toString(),
                plan.applicationId(),
                state,
                failures.best(),
                status.getStep(),
                firstStep,
                new LinkedHashMap<>(results),
                reports);
    }

    private void publish() {
        status = plan.status(machine.getCurrentState(), failures.best(), tasks);
        Map<TaskId, Integer> attempts = new HashMap<>();
        tasks.stream().filter(task -> task.attempt > 0).forEach(task -> attempts.put(task.id, task.attempt));
        boolean twofold = shards != null && command.getKind() == Command.Kind.RUN;
        told = new Told(
                twofold && shards != null ? shards.forServers() : command,
                twofold && shards != null ? shards.forOthers() : command,
                attempts);
    }
}
