// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static io.howdah.yarn.am.JobState.ALLOCATING;
import static io.howdah.yarn.am.JobState.ENDED;
import static io.howdah.yarn.am.JobState.RUNNING;
import static io.howdah.yarn.am.JobState.STOPPING;

import java.util.EnumSet;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.apache.hadoop.yarn.state.StateMachineFactory;

/** The life of a job: for every state and event, what is done and which states may follow. */
final class JobTable {
    static final StateMachineFactory<JobMaster, JobState, JobEvent.Type, JobEvent> TABLE = new JobTable()
            .stay(ALLOCATING, JobEvent.Type.ALLOCATED, JobEvent.Allocated.class, JobMaster::launch)
            .stay(ALLOCATING, JobEvent.Type.HEARTBEAT, JobEvent.Heartbeat.class, JobMaster::hear)
            .go(ALLOCATING, JobEvent.Type.REGISTERED, JobEvent.Registered.class, JobMaster::register)
            .go(ALLOCATING, JobEvent.Type.TICK, JobEvent.Tick.class, JobMaster::checkAllocation)
            .go(ALLOCATING, JobEvent.Type.KILL, JobEvent.Kill.class, JobMaster::kill)
            .stay(RUNNING, JobEvent.Type.ALLOCATED, JobEvent.Allocated.class, JobMaster::launch)
            .stay(RUNNING, JobEvent.Type.HEARTBEAT, JobEvent.Heartbeat.class, JobMaster::hear)
            .go(RUNNING, JobEvent.Type.REGISTERED, JobEvent.Registered.class, JobMaster::register)
            .go(RUNNING, JobEvent.Type.TICK, JobEvent.Tick.class, JobMaster::checkAllocation)
            .go(RUNNING, JobEvent.Type.KILL, JobEvent.Kill.class, JobMaster::kill)
            .stay(STOPPING, JobEvent.Type.ALLOCATED, JobEvent.Allocated.class, JobMaster::release)
            .stay(STOPPING, JobEvent.Type.HEARTBEAT, JobEvent.Heartbeat.class, JobMaster::hear)
            .stay(STOPPING, JobEvent.Type.REGISTERED, JobEvent.Registered.class, JobMaster::ignore)
            .go(STOPPING, JobEvent.Type.TICK, JobEvent.Tick.class, JobMaster::checkGrace)
            .stay(STOPPING, JobEvent.Type.KILL, JobEvent.Kill.class, JobMaster::ignore)
            .whileAlive(JobEvent.Type.COMPLETED, JobEvent.Completed.class, JobMaster::complete)
            .whileAlive(JobEvent.Type.LAUNCH_FAILED, JobEvent.LaunchFailed.class, JobMaster::failLaunch)
            .whileAlive(JobEvent.Type.CONTAINER_ENDED, JobEvent.ContainerEnded.class, JobMaster::end)
            .whileAlive(JobEvent.Type.LOST, JobEvent.Lost.class, JobMaster::lose)
            .rows
            .addTransition(ENDED, ENDED, EnumSet.allOf(JobEvent.Type.class))
            .installTopology();

    private StateMachineFactory<JobMaster, JobState, JobEvent.Type, JobEvent> rows =
            new StateMachineFactory<>(ALLOCATING);

    private JobTable() {}

    private <E extends JobEvent> JobTable stay(
            JobState state, JobEvent.Type type, Class<E> event, BiConsumer<JobMaster, ? super E> action) {
        rows = rows.addTransition(
                state, state, type, (master, happened) -> action.accept(master, event.cast(happened)));
        return this;
    }

    /** The action says which state follows: the same or a later one. */
    private <E extends JobEvent> JobTable go(
            JobState state, JobEvent.Type type, Class<E> event, BiFunction<JobMaster, ? super E, JobState> action) {
        rows = rows.addTransition(
                state,
                EnumSet.range(state, ENDED),
                type,
                (master, happened) -> action.apply(master, event.cast(happened)));
        return this;
    }

    private <E extends JobEvent> JobTable whileAlive(
            JobEvent.Type type, Class<E> event, BiFunction<JobMaster, ? super E, JobState> action) {
        for (JobState state : List.of(ALLOCATING, RUNNING, STOPPING)) {
            go(state, type, event, action);
        }
        return this;
    }
}
