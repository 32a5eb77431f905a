// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.UmbilicalClient;
import io.howdah.yarn.umbilical.proto.Completion;
import io.howdah.yarn.umbilical.proto.Registration;
import io.howdah.yarn.umbilical.proto.TaskKey;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one task through its life: prepare, register, wait for the word to run, run, report the end. */
final class TaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    private final TaskContext context;
    private final String containerId;
    private final IntConsumer exit;
    private final TaskKey key;

    TaskRunner(TaskContext context, String containerId, IntConsumer exit) {
        this.context = context;
        this.containerId = containerId;
        this.exit = exit;
        this.key = TaskKey.newBuilder()
                .setRole(context.id().role().toString())
                .setIndex(context.id().index())
                .setAttempt(context.attempt())
                .build();
    }

    /** Returns the exit status of the process. */
    int run(InetSocketAddress master) throws Exception {
        try (UmbilicalClient umbilical = UmbilicalClient.connect(
                        master, context.secret().user(context.applicationId()), context.hadoop());
                Task task = Tasks.create(certified(umbilical));
                TaskMetricsSource published = TaskMetricsSource.register(context.applicationId(), context.id(), task)) {
            try {
                Map<String, String> results = work(umbilical, task);
                complete(umbilical, task, "", results);
                return 0;
            } catch (AmLink.StoppedException e) {
                LOG.info("Stopped before the start: {}", e.getMessage());
                return 0;
            } catch (Exception e) {
                LOG.error("Task {} failed", context.id(), e);
                complete(umbilical, task, oneLine(e), Map.of());
                return 1;
            }
        }
    }

    /** The certificate comes while the task prepares itself. */
    private TaskContext certified(UmbilicalClient umbilical) {
        return context.encrypts()
                ? context.withCertificate(
                        CompletableFuture.supplyAsync(() -> Certification.of(umbilical::certify, key)))
                : context;
    }

    private Map<String, String> work(UmbilicalClient umbilical, Task task) throws Exception {
        MemoryPool.shared().limit((long) context.memory().poolMb() << 20);
        LOG.info("Preparing {} after {} ms of this process", context.id(), processAgeMillis());
        int port = task.prepare();
        LOG.info("Prepared {} after {} ms of this process", context.id(), processAgeMillis());
        umbilical.register(Registration.newBuilder()
                .setTask(key)
                .setContainerId(containerId)
                .setHost(context.host())
                .setPort(port)
                .setCopyPort(task.copyPort())
                .setProcessId(ProcessHandle.current().pid())
                .build());
        try (AmLink link = new AmLink(
                umbilical::heartbeat,
                key,
                new AmLink.Own(() -> metrics(task), task::followed, task::reassign),
                context.config().get(YarnKeys.AM_GRACE) * 1000,
                System::currentTimeMillis)) {
            CompletableFuture<Void> unusedStop = link.stopped().thenRun(task::stop);
            CompletableFuture<Void> unusedAbort = link.orphaned().thenAccept(this::abort);
            link.start(context.config().get(YarnKeys.HEARTBEAT));
            try {
                return task.run(link.assignment().get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    private static long processAgeMillis() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .orElse(-1L);
    }

    private void abort(String reason) {
        LOG.error(reason);
        exit.accept(1);
    }

    private void complete(UmbilicalClient umbilical, Task task, String message, Map<String, String> results) {
        try {
            umbilical.complete(Completion.newBuilder()
                    .setTask(key)
                    .setSucceeded(message.isEmpty())
                    .setMessage(message)
                    .putAllResults(results)
                    .setMetrics(metrics(task))
                    .build());
        } catch (IOException e) {
            LOG.warn("Cannot report the end to the ApplicationMaster: {}", e.toString());
        }
    }

    private TaskMetrics metrics(Task task) {
        ProcessMemory memory = ProcessMemory.now();
        TaskMetrics.Builder metrics = TaskMetrics.newBuilder()
                .setResidentBytes(memory.residentBytes())
                .setPeakResidentBytes(memory.peakBytes())
                .setHeapLimitBytes(Runtime.getRuntime().maxMemory())
                .setDirectLimitBytes((long) context.memory().directMb() << 20)
                .setPoolPeakBytes(MemoryPool.shared().peakUsedBytes());
        task.report(metrics);
        return metrics.build();
    }

    /** The message of the innermost cause that has one, since outer ones only say that something was executed. */
    static String oneLine(Throwable failure) {
        Throwable shown = failure;
        while ((shown instanceof ExecutionException || shown instanceof CompletionException)
                && shown.getCause() != null) {
            shown = shown.getCause();
        }
        String message = shown.getMessage() == null
                ? ""
                : shown.getMessage().lines().findFirst().orElse("");
        return message.startsWith("Cannot ") ? message : shown.getClass().getSimpleName() + ": " + message;
    }
}
