// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.preprocess.JobListener;
import java.io.PrintStream;
import java.util.Locale;

/** Shows a MapReduce job: one line when something has changed. */
public final class JobLines implements JobListener {
    private static final int STEP_PERCENT = 25;

    private final PrintStream printer;
    private final String name;
    private int shownPercent = -1;

    /** @param name of the command, which begins the lines */
    public JobLines(PrintStream printer, String name) {
        this.printer = printer;
        this.name = name;
    }

    @Override
    public void submitted(String job, String trackingUrl) {
        printer.println("Submitted job " + job);
        printer.println("The url to track the job: " + trackingUrl);
    }

    @Override
    public void progressed(float maps, float reduces) {
        int percent = (int) (50 * (maps + reduces));
        if (percent / STEP_PERCENT != shownPercent / STEP_PERCENT || shownPercent < 0) {
            shownPercent = percent;
            printer.printf(Locale.ROOT, "%s  map %.0f %%  reduce %.0f %%%n", name, 100 * maps, 100 * reduces);
        }
    }
}
