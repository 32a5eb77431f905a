// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/** Checks the numbers of rules and schedules; the ranges are PyTorch's. */
final class HyperParameters {
    private HyperParameters() {}

    /** {@code value} if it is finite and at least {@code minimum}. */
    static double atLeast(double minimum, String owner, String name, double value) {
        return checked(value >= minimum && Double.isFinite(value), owner, name, value, "at least " + minimum);
    }

    /** {@code value} if it is finite and above 0. */
    static double positive(String owner, String name, double value) {
        return checked(value > 0 && Double.isFinite(value), owner, name, value, "above 0");
    }

    /** {@code value} if it is in [0, 1). */
    static double fraction(String owner, String name, double value) {
        return checked(value >= 0 && value < 1, owner, name, value, "at least 0 and below 1");
    }

    /** {@code value} if it is in [0, 1]. */
    static double share(String owner, String name, double value) {
        return checked(value >= 0 && value <= 1, owner, name, value, "0 to 1");
    }

    /** {@code value} if it is at least {@code minimum}. */
    static long atLeast(long minimum, String owner, String name, long value) {
        if (value < minimum) {
            throw refusal(owner, name, Long.toString(value), "at least " + minimum);
        }
        return value;
    }

    private static double checked(boolean fits, String owner, String name, double value, String expected) {
        if (!fits) {
            throw refusal(owner, name, Double.toString(value), expected);
        }
        return value;
    }

    static IllegalArgumentException refusal(String owner, String name, String value, String expected) {
        return new IllegalArgumentException(
                "Cannot make " + owner + ": " + name + "=" + value + ", expected " + expected + "; correct the value");
    }
}
