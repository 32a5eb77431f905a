// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers events one after the other on one thread, with a tick in between; callbacks only ever post here. */
final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long TICK_MILLIS = 250;

    private final Consumer<JobEvent> handler;
    private final ScheduledExecutorService thread;

    EventLoop(Consumer<JobEvent> handler) {
        this.handler = handler;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "job-events"));
    }

    void start() {
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(
                () -> handle(new JobEvent.Tick()), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void post(JobEvent event) {
        try {
            thread.execute(() -> handle(event));
        } catch (RejectedExecutionException e) {
            LOG.info("Job has ended; {} is ignored", event.type());
        }
    }

    private void handle(JobEvent event) {
        try {
            handler.accept(event);
        } catch (RuntimeException e) {
            LOG.error("Cannot handle {}", event, e);
            if (!(event instanceof JobEvent.Lost)) {
                handle(new JobEvent.Lost("Cannot go on: the ApplicationMaster failed on " + event.type() + " (" + e
                        + "), expected no such failure; see its log"));
            }
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
