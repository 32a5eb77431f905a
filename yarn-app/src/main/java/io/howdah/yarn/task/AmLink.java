// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.yarn.umbilical.UmbilicalClient;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Heartbeat;
import io.howdah.yarn.umbilical.proto.TaskKey;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's heartbeats and the commands that come back. A task that cannot reach its ApplicationMaster for the grace period
 * ends itself, so that no container outlives its job.
 */
final class AmLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmLink.class);

    private static final long WAITING_PAUSE_MILLIS = 100;

    private final Calls calls;
    private final TaskKey task;
    private final Own own;
    private long change;
    private final long graceMillis;
    private final LongSupplier clockMillis;
    private final CompletableFuture<Assignment> assignment = new CompletableFuture<>();
    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private final CompletableFuture<String> orphaned = new CompletableFuture<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "heartbeat"));
    private long lastAnswerMillis;

    AmLink(Calls calls, TaskKey task, Own own, long graceMillis, LongSupplier clockMillis) {
        this.calls = calls;
        this.task = task;
        this.own = own;
        this.graceMillis = graceMillis;
        this.clockMillis = clockMillis;
        this.lastAnswerMillis = clockMillis.getAsLong();
    }

    /** Beats every {@code pauseMillis}; more often while the whole job waits for the word to run. */
    void start(long pauseMillis) {
        thread.execute(() -> beatOn(pauseMillis));
    }

    private void beatOn(long pauseMillis) {
        beat();
        long pause = assignment.isDone() ? pauseMillis : Math.min(pauseMillis, WAITING_PAUSE_MILLIS);
        ScheduledFuture<?> unused = thread.schedule(() -> beatOn(pauseMillis), pause, TimeUnit.MILLISECONDS);
    }

    /** Completes with the first RUN; exceptionally if STOP comes first. */
    CompletableFuture<Assignment> assignment() {
        return assignment;
    }

    /** Completes, with the reason, at the first STOP. */
    CompletableFuture<String> stopped() {
        return stopped;
    }

    /** Completes, with the reason, once the ApplicationMaster was silent for the grace period. */
    CompletableFuture<String> orphaned() {
        return orphaned;
    }

    /** One heartbeat. */
    void beat() {
        try {
            Command command = calls.heartbeat(Heartbeat.newBuilder()
                    .setTask(task)
                    .setMetrics(own.metrics.get())
                    .setChange(change)
                    .putAllFollowed(own.followed.get())
                    .build());
            lastAnswerMillis = clockMillis.getAsLong();
            obey(command);
        } catch (IOException | RuntimeException e) {
            long silent = clockMillis.getAsLong() - lastAnswerMillis;
            LOG.warn("No answer from the ApplicationMaster for {} ms: {}", silent, e.toString());
            if (silent > graceMillis) {
                orphaned.complete("Cannot reach the ApplicationMaster: silent for " + silent
                        + " ms, expected an answer within " + graceMillis + " ms; this task ends itself");
            }
        }
    }

    private void obey(Command command) {
        switch (command.getKind()) {
            case RUN -> {
                Assignment told = command.getAssignment();
                if (!assignment.complete(told) && told.getChange() > change) {
                    own.reassigned.accept(told);
                }
                change = told.getChange();
            }
            case STOP -> {
                assignment.completeExceptionally(new StoppedException(command.getReason()));
                stopped.complete(command.getReason());
            }
            case WAIT, UNRECOGNIZED -> {}
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /**
     * The task's own part in the conversation, on the heartbeats' thread.
     *
     * @param metrics its numbers
     * @param followed what its backups have, by shard
     * @param reassigned told of every assignment after the first
     */
    record Own(Supplier<TaskMetrics> metrics, Supplier<Map<Integer, Long>> followed, Consumer<Assignment> reassigned) {}

    /** The call that this class makes; {@link UmbilicalClient#heartbeat} in a container. */
    @FunctionalInterface
    interface Calls {
        Command heartbeat(Heartbeat heartbeat) throws IOException;
    }

    /** The job ended before this task began. */
    static final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;

        StoppedException(String reason) {
            super(reason);
        }
    }
}
