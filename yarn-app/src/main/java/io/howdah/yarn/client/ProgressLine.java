// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * The live line of a running job: state, step, loss, samples per second, time to go. On a terminal it is redrawn in place;
 * in a pipe or log file a line is printed when something changed, at most every few seconds.
 */
public final class ProgressLine implements AutoCloseable {
    private static final long QUIET_MILLIS = 3_000;

    private final PrintStream printer;
    private final String name;
    private final boolean onTerminal;
    private final LongSupplier clockMillis;
    private @Nullable ProgressBar bar;
    private String shown = "";
    private long shownMillis;
    private long startedStep = -1;
    private long startedMillis;

    ProgressLine(PrintStream printer, String name, Place place, LongSupplier clockMillis) {
        this.printer = printer;
        this.name = name;
        this.onTerminal = place == Place.TERMINAL;
        this.clockMillis = clockMillis;
        this.shownMillis = clockMillis.getAsLong() - QUIET_MILLIS;
    }

    /** A line on {@code printer}; redrawn in place if this process has a terminal. */
    public static ProgressLine on(PrintStream printer, String name) {
        Place place = System.console() != null ? Place.TERMINAL : Place.LOG;
        return new ProgressLine(printer, name, place, System::currentTimeMillis);
    }

    /** Shows the newest look at the job. */
    public void show(JobProgress progress) {
        if (onTerminal) {
            redraw(progress);
        } else {
            log(progress);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        } else if (onTerminal) {
            printer.println();
        }
    }

    private void redraw(JobProgress progress) {
        if (bar == null && progress.step() == 0) {
            // No bar yet: its estimate would count the time that the job waited.
            printer.printf("\r%-60s", name + "  " + state(progress));
            printer.flush();
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(Math.max(progress.totalSteps(), 1))
                    .startsFrom(progress.step(), Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(250)
                    .setConsumer(new DelegatingProgressBarConsumer(
                            line -> {
                                printer.print("\r" + line);
                                printer.flush();
                            },
                            110))
                    .build();
        }
        if (progress.totalSteps() > 0) {
            bar.maxHint(progress.totalSteps());
        }
        bar.stepTo(progress.step());
        bar.setExtraMessage(" " + state(progress) + numbers(progress));
    }

    private void log(JobProgress progress) {
        long now = clockMillis.getAsLong();
        String state = state(progress);
        boolean due = now - shownMillis >= QUIET_MILLIS && progress.step() > 0;
        if (state.equals(shown) && !due) {
            return;
        }
        shown = state;
        shownMillis = now;
        String steps = progress.totalSteps() > 0
                ? "  step " + progress.step() + "/" + progress.totalSteps() + numbers(progress)
                        + timeToGo(progress, now)
                : "";
        printer.println(name + "  " + state + steps);
    }

    private static String state(JobProgress progress) {
        String phase = progress.phase();
        return phase.isEmpty() ? progress.state() : progress.state() + " " + phase;
    }

    private static String numbers(JobProgress progress) {
        return Double.isNaN(progress.loss())
                ? ""
                : String.format(
                        Locale.ROOT, "  loss %.4f  %,.0f samples/s", progress.loss(), progress.samplesPerSecond());
    }

    private String timeToGo(JobProgress progress, long now) {
        if (progress.step() == 0) {
            return "";
        }
        if (startedStep < 0) {
            startedStep = progress.step();
            startedMillis = now;
        }
        long done = progress.step() - startedStep;
        if (done == 0) {
            return "";
        }
        long seconds = (progress.totalSteps() - progress.step()) * (now - startedMillis) / done / 1000;
        return String.format(Locale.ROOT, "  ETA %d:%02d", seconds / 60, seconds % 60);
    }

    /** Where the line is shown. */
    enum Place {
        TERMINAL,
        LOG
    }
}
