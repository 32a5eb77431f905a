// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.yarn.umbilical.UmbilicalServer;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Completion;
import io.howdah.yarn.umbilical.proto.Heartbeat;
import io.howdah.yarn.umbilical.proto.JobStatus;
import io.howdah.yarn.umbilical.proto.Registration;
import io.howdah.yarn.umbilical.proto.TaskKey;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Turns calls of containers and client into events; replies come from what the event thread has published. */
final class UmbilicalCalls implements UmbilicalServer.Calls {
    private final Set<TaskId> tasks;
    private final JobMaster master;
    private final Consumer<JobEvent> events;

    UmbilicalCalls(JobPlan plan, JobMaster master, Consumer<JobEvent> events) {
        this.tasks = new HashSet<>(plan.tasks());
        this.master = master;
        this.events = events;
    }

    @Override
    public void register(Registration registration) throws IOException {
        events.accept(
                new JobEvent.Registered(known(registration.getTask()), registration.getHost(), registration.getPort()));
    }

    @Override
    public Command heartbeat(Heartbeat heartbeat) throws IOException {
        events.accept(new JobEvent.Heartbeat(known(heartbeat.getTask()), heartbeat.getMetrics()));
        return master.command();
    }

    @Override
    public void complete(Completion completion) throws IOException {
        String message = completion.getSucceeded() || !completion.getMessage().isEmpty()
                ? completion.getMessage()
                : "Cannot finish " + known(completion.getTask()) + ": no reason given, expected one; see its log";
        events.accept(new JobEvent.Completed(
                known(completion.getTask()), message, completion.getMetrics(), completion.getResultsMap()));
    }

    @Override
    public JobStatus status() {
        return master.status();
    }

    @Override
    public void kill(String reason) {
        events.accept(new JobEvent.Kill(reason));
    }

    private TaskId known(TaskKey key) throws IOException {
        TaskId task;
        try {
            task = new TaskId(Role.named(key.getRole()), key.getIndex());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "Cannot accept call: role=" + key.getRole() + ", expected server, worker or evaluator", e);
        }
        if (!tasks.contains(task)) {
            throw new IOException("Cannot accept call: task=" + task + ", expected one of this job's " + tasks.size()
                    + " tasks; start it through the ApplicationMaster");
        }
        return task;
    }
}
