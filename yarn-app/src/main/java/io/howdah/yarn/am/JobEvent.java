// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.Map;

/** What happens to a job; all events go through one thread. */
sealed interface JobEvent {
    /** Row of the transition table. */
    enum Type {
        ALLOCATED,
        LAUNCH_FAILED,
        CONTAINER_ENDED,
        REGISTERED,
        HEARTBEAT,
        COMPLETED,
        KILL,
        LOST,
        TICK
    }

    Type type();

    /** YARN granted a container for a request. */
    record Allocated(long requestId, String containerId, String host) implements JobEvent {
        @Override
        public Type type() {
            return Type.ALLOCATED;
        }
    }

    /** The NodeManager could not start the process. */
    record LaunchFailed(String containerId, String message) implements JobEvent {
        @Override
        public Type type() {
            return Type.LAUNCH_FAILED;
        }
    }

    /** The process of a container is gone. */
    record ContainerEnded(String containerId, int exitStatus, String diagnostics) implements JobEvent {
        @Override
        public Type type() {
            return Type.CONTAINER_ENDED;
        }
    }

    /** A task is up. The ports are those of a server's data plane, for its own shard and for its copy of another. */
    record Registered(TaskId task, int attempt, String host, int port, int copyPort) implements JobEvent {
        @Override
        public Type type() {
            return Type.REGISTERED;
        }
    }

    /** A task lives; {@code change} is the assignment that it goes by, {@code followed} what its backups have, by shard. */
    record Heartbeat(TaskId task, int attempt, TaskMetrics metrics, long change, Map<Integer, Long> followed)
            implements JobEvent {
        @Override
        public Type type() {
            return Type.HEARTBEAT;
        }
    }

    /** A task says that it ends; {@code message} is empty if it succeeded. */
    record Completed(TaskId task, int attempt, String message, TaskMetrics metrics, Map<String, String> results)
            implements JobEvent {
        @Override
        public Type type() {
            return Type.COMPLETED;
        }
    }

    /** The user wants the job to end. */
    record Kill(String reason) implements JobEvent {
        @Override
        public Type type() {
            return Type.KILL;
        }
    }

    /** The ResourceManager no longer talks to this attempt. */
    record Lost(String reason) implements JobEvent {
        @Override
        public Type type() {
            return Type.LOST;
        }
    }

    /** Time passed. */
    record Tick() implements JobEvent {
        @Override
        public Type type() {
            return Type.TICK;
        }
    }
}
