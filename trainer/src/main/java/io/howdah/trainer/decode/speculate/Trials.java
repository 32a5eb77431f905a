// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

/**
 * Decides when drafts that did not pay are tried again: each time after a longer pause, the longer the more a trial has
 * taken.
 */
final class Trials {
    private static final int SHORTEST_PAUSE = 256;
    private static final int LONGEST_PAUSE = 4096;
    /** Steps of a trial. */
    private static final int STEPS = 3;
    /** Of all time, what trials may take. */
    private static final double SHARE = 0.01;

    private int pause = SHORTEST_PAUSE;
    private int paused;
    private int left;
    private double nanos;

    /** Whether this step, whose drafts do not seem to pay, is part of a trial. */
    boolean isDue() {
        if (left > 0) {
            left--;
            return true;
        }
        if (++paused < pause) {
            return false;
        }
        paused = 0;
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
        left = STEPS - 1;
        nanos = 0;
        return true;
    }

    /**
     * A step of a trial is over.
     *
     * @param stepNanos what it took
     * @param plainNanos what a step without drafts takes
     */
    void took(double stepNanos, double plainNanos) {
        nanos += stepNanos;
        pause = (int) Math.max(pause, Math.min(Integer.MAX_VALUE, nanos / (SHARE * plainNanos)));
    }
}
