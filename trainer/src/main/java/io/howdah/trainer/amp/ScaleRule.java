// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

/**
 * How a loss scale follows from step to step.
 *
 * @param growth factor, above 1, after {@code interval} finite steps in a row
 * @param backoff factor, between 0 and 1, after a step that was not finite
 * @param interval finite steps in a row after which the scale grows, at least 1
 */
public record ScaleRule(float growth, float backoff, long interval) {
    /** Doubled after 2000 finite steps, halved after an overflow, so that powers of two stay such. */
    public static final ScaleRule STANDARD = new ScaleRule(2, 0.5f, 2000);

    public ScaleRule {
        if (!(growth > 1 && growth < Float.POSITIVE_INFINITY && backoff > 0 && backoff < 1 && interval >= 1)) {
            throw new IllegalArgumentException(
                    "Cannot scale losses: growth=" + growth + " backoff=" + backoff + " interval=" + interval
                            + ", expected growth above 1, backoff between 0 and 1, and an interval of at least 1;"
                            + " correct them");
        }
    }

    /** The scale after an overflow; never below the least normal number, from which it could not grow again. */
    float lowered(float scale) {
        return Math.max(Float.MIN_NORMAL, scale * backoff);
    }

    /** The scale after the interval; as it was where it would become infinite. */
    float raised(float scale) {
        float raised = scale * growth;
        return Float.isInfinite(raised) ? scale : raised;
    }
}
