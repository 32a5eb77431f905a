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
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.apache.hadoop.yarn.state.MultipleArcTransition;
import org.apache.hadoop.yarn.state.SingleArcTransition;
import org.apache.hadoop.yarn.state.StateMachine;
import org.apache.hadoop.yarn.state.StateMachineFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a job as a table of (state, event) → state. All tasks get a container and register; then all are told to
 * run; the job ends well once every task that ends by itself has done so, and badly at the first task that does not.
 *
 * <p>{@link #handle} is called by one thread; {@link #command} and {@link #status} by any.
 */
final class JobMaster {
    private static final Logger LOG = LoggerFactory.getLogger(JobMaster.class);
    private static final EnumSet<JobState> AFTER = EnumSet.of(ALLOCATING, RUNNING, STOPPING, ENDED);

    private static final StateMachineFactory<JobMaster, JobState, JobEvent.Type, JobEvent> TABLE =
            new StateMachineFactory<JobMaster, JobState, JobEvent.Type, JobEvent>(ALLOCATING)
                    .addTransition(
                            ALLOCATING,
                            ALLOCATING,
                            JobEvent.Type.ALLOCATED,
                            on(JobEvent.Allocated.class, JobMaster::launch))
                    .addTransition(
                            ALLOCATING,
                            AFTER,
                            JobEvent.Type.REGISTERED,
                            step(JobEvent.Registered.class, JobMaster::register))
                    .addTransition(
                            ALLOCATING,
                            ALLOCATING,
                            JobEvent.Type.HEARTBEAT,
                            on(JobEvent.Heartbeat.class, JobMaster::hear))
                    .addTransition(
                            ALLOCATING,
                            AFTER,
                            JobEvent.Type.COMPLETED,
                            step(JobEvent.Completed.class, JobMaster::complete))
                    .addTransition(
                            ALLOCATING,
                            AFTER,
                            JobEvent.Type.LAUNCH_FAILED,
                            step(JobEvent.LaunchFailed.class, JobMaster::failLaunch))
                    .addTransition(
                            ALLOCATING,
                            AFTER,
                            JobEvent.Type.CONTAINER_ENDED,
                            step(JobEvent.ContainerEnded.class, JobMaster::end))
                    .addTransition(ALLOCATING, AFTER, JobEvent.Type.KILL, step(JobEvent.Kill.class, JobMaster::kill))
                    .addTransition(ALLOCATING, AFTER, JobEvent.Type.LOST, step(JobEvent.Lost.class, JobMaster::lose))
                    .addTransition(
                            ALLOCATING,
                            AFTER,
                            JobEvent.Type.TICK,
                            step(JobEvent.Tick.class, JobMaster::checkAllocation))
                    .addTransition(
                            RUNNING, RUNNING, JobEvent.Type.ALLOCATED, on(JobEvent.Allocated.class, JobMaster::release))
                    .addTransition(
                            RUNNING,
                            RUNNING,
                            JobEvent.Type.REGISTERED,
                            on(JobEvent.Registered.class, JobMaster::ignore))
                    .addTransition(
                            RUNNING, RUNNING, JobEvent.Type.HEARTBEAT, on(JobEvent.Heartbeat.class, JobMaster::hear))
                    .addTransition(
                            RUNNING,
                            AFTER,
                            JobEvent.Type.COMPLETED,
                            step(JobEvent.Completed.class, JobMaster::complete))
                    .addTransition(
                            RUNNING,
                            AFTER,
                            JobEvent.Type.LAUNCH_FAILED,
                            step(JobEvent.LaunchFailed.class, JobMaster::failLaunch))
                    .addTransition(
                            RUNNING,
                            AFTER,
                            JobEvent.Type.CONTAINER_ENDED,
                            step(JobEvent.ContainerEnded.class, JobMaster::end))
                    .addTransition(RUNNING, AFTER, JobEvent.Type.KILL, step(JobEvent.Kill.class, JobMaster::kill))
                    .addTransition(RUNNING, AFTER, JobEvent.Type.LOST, step(JobEvent.Lost.class, JobMaster::lose))
                    .addTransition(
                            RUNNING, AFTER, JobEvent.Type.TICK, step(JobEvent.Tick.class, JobMaster::checkLiveness))
                    .addTransition(
                            STOPPING,
                            STOPPING,
                            JobEvent.Type.ALLOCATED,
                            on(JobEvent.Allocated.class, JobMaster::release))
                    .addTransition(
                            STOPPING,
                            STOPPING,
                            JobEvent.Type.REGISTERED,
                            on(JobEvent.Registered.class, JobMaster::ignore))
                    .addTransition(
                            STOPPING, STOPPING, JobEvent.Type.HEARTBEAT, on(JobEvent.Heartbeat.class, JobMaster::hear))
                    .addTransition(
                            STOPPING,
                            AFTER,
                            JobEvent.Type.COMPLETED,
                            step(JobEvent.Completed.class, JobMaster::complete))
                    .addTransition(
                            STOPPING,
                            AFTER,
                            JobEvent.Type.LAUNCH_FAILED,
                            step(JobEvent.LaunchFailed.class, JobMaster::failLaunch))
                    .addTransition(
                            STOPPING,
                            AFTER,
                            JobEvent.Type.CONTAINER_ENDED,
                            step(JobEvent.ContainerEnded.class, JobMaster::end))
                    .addTransition(STOPPING, STOPPING, JobEvent.Type.KILL, on(JobEvent.Kill.class, JobMaster::ignore))
                    .addTransition(STOPPING, AFTER, JobEvent.Type.LOST, step(JobEvent.Lost.class, JobMaster::lose))
                    .addTransition(
                            STOPPING, AFTER, JobEvent.Type.TICK, step(JobEvent.Tick.class, JobMaster::checkGrace))
                    .addTransition(ENDED, ENDED, EnumSet.allOf(JobEvent.Type.class))
                    .installTopology();

    private final JobPlan plan;
    private final ContainerRuntime runtime;
    private final LongSupplier clockMillis;
    private final StateMachine<JobState, JobEvent.Type, JobEvent> machine = TABLE.make(this);
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

    private void launch(JobEvent.Allocated event) {
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

    private void release(JobEvent.Allocated event) {
        runtime.release(event.containerId());
    }

    private void ignore(JobEvent event) {}

    private JobState register(JobEvent.Registered event) {
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

    private void hear(JobEvent.Heartbeat event) {
        TaskRecord task = record(event.task());
        task.lastHeardMillis = clockMillis.getAsLong();
        task.metrics = event.metrics();
    }

    private JobState complete(JobEvent.Completed event) {
        TaskRecord task = record(event.task());
        task.metrics = event.metrics();
        task.advance(Stage.DONE);
        results.putAll(event.results());
        if (done) {
            LOG.info("{} ended after the job was done: {}", task.id, event.message());
            return afterEnd();
        }
        if (!event.message().isEmpty()) {
            failures.add(task.id, event.message());
            return stop(event.message());
        }
        done = tasks.stream()
                .filter(other -> other.id.role().ending() == Role.Ending.WHEN_DONE)
                .allMatch(other -> other.isAtLeast(Stage.DONE));
        return done ? stop("the job is done") : machine.getCurrentState();
    }

    private JobState failLaunch(JobEvent.LaunchFailed event) {
        return end(new JobEvent.ContainerEnded(event.containerId(), 0, "Cannot start container: " + event.message()));
    }

    private JobState end(JobEvent.ContainerEnded event) {
        TaskRecord task = tasks.stream()
                .filter(other -> event.containerId().equals(other.containerId))
                .findFirst()
                .orElse(null);
        if (task == null || task.stage == Stage.ENDED) {
            return machine.getCurrentState();
        }
        boolean expected = task.stage == Stage.DONE || machine.getCurrentState() == STOPPING;
        task.stage = Stage.ENDED;
        if (!expected) {
            failures.add(task.id, Failures.describe(task, event));
            return stop("a task failed");
        }
        return afterEnd();
    }

    private JobState kill(JobEvent.Kill event) {
        failures.kill(event.reason());
        return stop(event.reason());
    }

    private JobState lose(JobEvent.Lost event) {
        failures.add(tasks.get(0).id, event.reason());
        stop(event.reason());
        return ENDED;
    }

    private JobState checkAllocation(JobEvent.Tick tick) {
        long waiting =
                tasks.stream().filter(task -> task.stage == Stage.REQUESTED).count();
        if (waiting > 0 && clockMillis.getAsLong() - startedMillis > plan.allocationTimeoutMillis()) {
            failures.add(tasks.get(0).id, plan.allocationMessage(waiting));
            return stop("containers are missing");
        }
        return checkLiveness(tick);
    }

    private JobState checkLiveness(JobEvent.Tick tick) {
        long now = clockMillis.getAsLong();
        for (TaskRecord task : tasks) {
            boolean watched = task.stage == Stage.LAUNCHED || task.stage == Stage.REGISTERED;
            if (watched && now - task.lastHeardMillis > plan.taskTimeoutMillis()) {
                failures.add(
                        task.id,
                        "Cannot hear " + task.id + ": container=" + task.containerId + " host=" + task.host
                                + " silent for " + plan.taskTimeoutMillis() + " ms, expected heartbeats; see its log");
                return stop("a task is silent");
            }
        }
        return machine.getCurrentState();
    }

    private JobState checkGrace(JobEvent.Tick tick) {
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

    private static <E extends JobEvent> SingleArcTransition<JobMaster, JobEvent> on(
            Class<E> type, BiConsumer<JobMaster, ? super E> action) {
        return (master, event) -> action.accept(master, type.cast(event));
    }

    private static <E extends JobEvent> MultipleArcTransition<JobMaster, JobEvent, JobState> step(
            Class<E> type, BiFunction<JobMaster, ? super E, JobState> action) {
        return (master, event) -> action.apply(master, type.cast(event));
    }
}
