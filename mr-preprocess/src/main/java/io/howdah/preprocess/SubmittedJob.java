// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.io.IOException;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskCompletionEvent;
import org.apache.hadoop.mapreduce.TaskCompletionEvent.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A MapReduce job from its submission to its end. */
public final class SubmittedJob {
    private static final Logger LOG = LoggerFactory.getLogger(SubmittedJob.class);
    private static final int EVENTS_PER_CALL = 1000;
    private static final long POLL_MILLIS = 250;
    private static final int POLLS_AFTER_KILL = 60;

    private SubmittedJob() {}

    /**
     * Submits a job and waits for its end. If this thread is interrupted, the job is killed.
     *
     * @param act what it does, for messages
     * @throws IOException in one line, if the job failed
     */
    public static void runToEnd(String act, Job job, JobListener listener) throws IOException, InterruptedException {
        boolean submitted = false;
        try {
            job.submit();
            submitted = true;
            listener.submitted(job.getJobID().toString(), job.getTrackingURL());
            await(job, listener);
        } catch (ClassNotFoundException e) {
            throw new IOException(
                    "Cannot " + act + ": class=" + e.getMessage() + " is missing, expected it in the job's"
                            + " jar; build the jar again",
                    e);
        } catch (InterruptedException | RuntimeException e) {
            if (submitted) {
                kill(job);
            }
            throw e;
        }
        if (!job.isSuccessful()) {
            throw new IOException("Cannot " + act + ": job=" + job.getJobID() + " "
                    + job.getStatus().getState() + " error=" + failureOf(job)
                    + ", expected it to succeed; see its logs at " + job.getTrackingURL());
        }
    }

    private static void await(Job job, JobListener listener) throws IOException, InterruptedException {
        float maps = -1;
        float reduces = -1;
        boolean complete;
        do {
            complete = job.isComplete();
            if (job.mapProgress() != maps || job.reduceProgress() != reduces) {
                maps = job.mapProgress();
                reduces = job.reduceProgress();
                listener.progressed(maps, reduces);
            }
            if (!complete) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (!complete);
    }

    /**
     * Ends the job and waits for its end, so that nothing writes to the output any more. The error that made this
     * necessary is the one to tell, so that others are only logged.
     */
    private static void kill(Job job) throws InterruptedException {
        try {
            if (!job.isComplete()) {
                job.killJob();
                for (int polls = 0; polls < POLLS_AFTER_KILL && !job.isComplete(); polls++) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
        } catch (IOException | IllegalStateException e) {
            LOG.warn("Cannot kill job {}, expected it to end; run mapred job -kill", job.getJobID(), e);
        }
    }

    /** The first line that the first failed task attempt left, or what the job says itself. */
    private static String failureOf(Job job) throws IOException, InterruptedException {
        int seen = 0;
        for (TaskCompletionEvent[] events = job.getTaskCompletionEvents(seen, EVENTS_PER_CALL);
                events.length > 0;
                events = job.getTaskCompletionEvents(seen, EVENTS_PER_CALL)) {
            for (TaskCompletionEvent event : events) {
                if (event.getStatus() == Status.FAILED || event.getStatus() == Status.TIPFAILED) {
                    String[] diagnostics = job.getTaskDiagnostics(event.getTaskAttemptId());
                    if (diagnostics != null && diagnostics.length > 0) {
                        return firstLine(diagnostics[0]);
                    }
                }
            }
            seen += events.length;
        }
        return firstLine(job.getStatus().getFailureInfo());
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }
}
