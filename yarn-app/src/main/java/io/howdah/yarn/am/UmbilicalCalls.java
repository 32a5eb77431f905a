// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import com.google.protobuf.ByteString;
import io.howdah.ps.tls.CertifiedName;
import io.howdah.ps.tls.IssuedCertificate;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.yarn.umbilical.UmbilicalServer;
import io.howdah.yarn.umbilical.proto.Certificate;
import io.howdah.yarn.umbilical.proto.CertificateRequest;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Completion;
import io.howdah.yarn.umbilical.proto.Heartbeat;
import io.howdah.yarn.umbilical.proto.JobStatus;
import io.howdah.yarn.umbilical.proto.Registration;
import io.howdah.yarn.umbilical.proto.TaskKey;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns calls of containers and client into events; replies come from what the event thread has published. */
final class UmbilicalCalls implements UmbilicalServer.Calls {
    private static final Logger LOG = LoggerFactory.getLogger(UmbilicalCalls.class);

    private final String applicationId;
    private final Set<TaskId> tasks;
    private final JobMaster master;
    private final Consumer<JobEvent> events;
    private final @Nullable CompletableFuture<JobAuthority> authority;

    /** @param authority that certifies tasks; null if their connections are not encrypted */
    UmbilicalCalls(
            JobPlan plan,
            JobMaster master,
            Consumer<JobEvent> events,
            @Nullable CompletableFuture<JobAuthority> authority) {
        this.authority = authority;
        this.applicationId = plan.applicationId();
        this.tasks = new HashSet<>(plan.tasks());
        this.master = master;
        this.events = events;
    }

    @Override
    public void register(Registration registration) throws IOException {
        events.accept(new JobEvent.Registered(
                known(registration.getTask()),
                registration.getTask().getAttempt(),
                registration.getHost(),
                registration.getPort(),
                registration.getCopyPort()));
    }

    @Override
    public Certificate certify(CertificateRequest request) throws IOException {
        TaskId task = known(request.getTask());
        if (authority == null) {
            throw new IOException("Cannot certify " + task + ": " + SyncKeys.TLS.name()
                    + "=false, expected true; give all processes one configuration");
        }
        CertifiedName name = new CertifiedName(
                applicationId,
                task.role().toString(),
                task.index(),
                request.getTask().getAttempt());
        IssuedCertificate issued;
        try {
            issued = authority.join().certify(name, request.getPublicKey().toByteArray());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        LOG.info("Certified {}", name);
        return Certificate.newBuilder()
                .setCertificate(ByteString.copyFrom(issued.encodedCertificate()))
                .setAuthority(ByteString.copyFrom(issued.encodedAuthority()))
                .build();
    }

    @Override
    public Command heartbeat(Heartbeat heartbeat) throws IOException {
        TaskId task = known(heartbeat.getTask());
        int attempt = heartbeat.getTask().getAttempt();
        events.accept(new JobEvent.Heartbeat(
                task, attempt, heartbeat.getMetrics(), heartbeat.getChange(), heartbeat.getFollowedMap()));
        return master.command(task, attempt);
    }

    @Override
    public void complete(Completion completion) throws IOException {
        String message = completion.getSucceeded() || !completion.getMessage().isEmpty()
                ? completion.getMessage()
                : "Cannot finish " + known(completion.getTask()) + ": no reason given, expected one; see its log";
        events.accept(new JobEvent.Completed(
                known(completion.getTask()),
                completion.getTask().getAttempt(),
                message,
                completion.getMetrics(),
                completion.getResultsMap()));
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
