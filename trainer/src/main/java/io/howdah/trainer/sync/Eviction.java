// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * When rows of a sparse table are forgotten. Looked at after every {@code interval}-th applied step; a row that comes back later
 * starts anew.
 *
 * @param age applied steps without a touch after which a row goes; 0 for never
 * @param frequency a row goes if it had fewer contributions since the last look, not counting rows made since then; 0 for never
 * @param interval applied steps between looks
 */
public record Eviction(long age, int frequency, long interval) {
    /** Rows stay for ever. */
    public static final Eviction NEVER = new Eviction(0, 0, 1000);

    public Eviction {
        if (age < 0 || frequency < 0 || interval < 1) {
            throw new IllegalArgumentException("Cannot evict rows: age=" + age + " frequency=" + frequency
                    + " interval=" + interval + ", expected age and frequency from 0 on and an interval from 1 on;"
                    + " correct the settings");
        }
    }

    /** Whether rows are looked at after applied step {@code appliedStep}. */
    boolean isDue(long appliedStep) {
        return (age > 0 || frequency > 0) && appliedStep % interval == 0;
    }

    /** Whether an id goes. */
    boolean applies(long mark, long appliedStep) {
        boolean old = age > 0 && appliedStep - Marks.step(mark) >= age;
        return old || !Marks.isFresh(mark) && Marks.contributions(mark) < frequency;
    }
}
