// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.wire.Counters;
import io.howdah.trainer.sync.TableSize;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.List;
import java.util.Map;

/** What one container does. {@link #prepare}, {@link #run} and {@link #close} are called by one thread, in this order. */
interface Task extends AutoCloseable {
    /**
     * Gets ready before the ApplicationMaster hears of this task.
     *
     * @return the port of the data plane, 0 if the task has none
     */
    int prepare() throws Exception;

    /**
     * Does the work; returns when it is done or {@link #stop} was called.
     *
     * @return results for the job's summary, from the task that leads; empty from the others
     */
    Map<String, String> run(Assignment assignment) throws Exception;

    /** The port of a server's second shard; 0 where there is none. */
    default int copyPort() {
        return 0;
    }

    /** Hears that shards are elsewhere now, perhaps before {@link #run} has begun. Called by another thread. */
    default void reassign(Assignment assignment) {}

    /** Of a server's backups, those that have all that their primaries have: by shard the epoch. Called by another thread. */
    default Map<Integer, Long> followed() {
        return Map.of();
    }

    /** Asks {@link #run} to return soon. Called by another thread. */
    void stop();

    /** Adds this task's own numbers. Called by another thread. */
    void report(TaskMetrics.Builder metrics);

    /** Counts of its connections; of nothing before there are some. Called by another thread. */
    default Counters counters() {
        return new Counters();
    }

    /** What it holds of the sparse tables. Called by another thread. */
    default List<TableSize> tableSizes() {
        return List.of();
    }

    @Override
    void close() throws Exception;
}
