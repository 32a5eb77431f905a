// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

/** What the job asks of the cluster. YARN implements it; tests drive the job with a simulated cluster. */
interface ContainerRuntime {
    /** Asks for a container for {@code task}; the answer is a {@link JobEvent.Allocated} with this request id. */
    void request(TaskId task, long requestId);

    /** Starts the task's process in its container; a failure is a {@link JobEvent.LaunchFailed}. */
    void launch(TaskId task, int attempt, String containerId);

    /** Gives back a container that nobody needs. */
    void release(String containerId);

    /** Kills the container's process. */
    void stop(String containerId);

    /** Tells the cluster how the job ended; called once, last. */
    void finish(JobResult result);
}
