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
 * run; the job ends well once every task that ends by itself has done so, and badly at the first task that does not.
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
    private volatile Command command = Command.getDefaultInstance();
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
        for (int i = 0; i < tasks.size(); i++) {
            runtime.request(tasks.get(i).id, i);
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

    /** What every task is to do now. */
    Command command() {
        return command;
    }

    JobStatus status() {
        return status;
    }

    void launch(JobEvent.Allocated event) {
        TaskRecord task =
                event.requestId() >= 0 && event.requestId() < tasks.size() ? tasks.get((int) event.requestId()) : null;
        if (task == null || task.stage != Stage.REQUESTED) {
            release(event);
            return;
        }
        task.containerId = event.containerId();
        task.host = event.host();
        task.stage = Stage.LAUNCHED;
        task.lastHeardMillis = clockMillis.getAsLong();
        runtime.launch(task.id, event.containerId());
    }

    void release(JobEvent.Allocated event) {
        runtime.release(event.containerId());
    }

    void ignore(JobEvent event) {}

    JobState register(JobEvent.Registered event) {
        TaskRecord task = record(event.task());
        task.host = event.host();
        task.port = event.port();
        task.advance(Stage.REGISTERED);
        task.lastHeardMillis = clockMillis.getAsLong();
        if (tasks.stream().allMatch(other -> other.isAtLeast(Stage.REGISTERED))) {
            command = plan.runCommand(tasks);
            return RUNNING;
        }
        return ALLOCATING;
    }

    void hear(JobEvent.Heartbeat event) {
        TaskRecord task = record(event.task());
        task.lastHeardMillis = clockMillis.getAsLong();
        task.metrics = event.metrics();
    }

    JobState complete(JobEvent.Completed event) {
        TaskRecord task = record(event.task());
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
        task.stage = Stage.ENDED;
        if (silent && unexpected) {
            failures.died(task, event);
            return stop("a process died");
        }
        return afterEnd();
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
        long waiting =
                tasks.stream().filter(task -> task.stage == Stage.REQUESTED).count();
        if (waiting > 0 && clockMillis.getAsLong() - startedMillis > plan.allocationTimeoutMillis()) {
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
    }
}
