// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.util.Locale;

/** What is counted, each from the start of the process. */
public enum Counter {
    BYTES_RECEIVED("bytes", "Received over all connections, prefixes and headers included."),
    BYTES_SENT("bytes", "Sent over all connections, prefixes and headers included."),
    PUSHES("gradients", "Contributions of one logical worker to one chunk, or to the rows of one table."),
    DUPLICATES("gradients", "Contributions that changed nothing: seen before, or from an older attempt or step."),
    WAITED("gradients", "Contributions that waited for an earlier logical worker."),
    SUMMED_ELEMENTS("elements", "Elements added to a sum."),
    SUMMED_BYTES("bytes", "Gradients added to sums, as they were on the wire."),
    SUM_NANOS("ns", "Time spent adding gradients."),
    APPLIED_STEPS("steps", "Steps that moved the weights; by slices, slices."),
    SKIPPED_STEPS("steps", "Steps, or slices, decided to be skipped, because of a gradient that was not finite."),
    SLICES_LEVEL("slices", "Slices of a logical worker that was level with the slowest one; on the deciding server."),
    SLICES_AHEAD_BY_1("slices", "Slices of a logical worker that was 1 step ahead of the slowest one."),
    SLICES_AHEAD_BY_2_TO_3("slices", "Slices of a logical worker that was 2 or 3 steps ahead of the slowest one."),
    SLICES_AHEAD_BY_4_TO_7("slices", "Slices of a logical worker that was 4 to 7 steps ahead of the slowest one."),
    SLICES_AHEAD_BY_8_OR_MORE(
            "slices", "Slices of a logical worker that was 8 steps or more ahead of the slowest one."),
    FENCED("frames", "Frames of another generation; their connections were closed."),
    PROMOTIONS("shards", "Replicas that took over from a lost server."),
    REFUSED("connections", "Connections closed because of what they sent."),
    READ_PAUSES(
            "pauses", "How often reading paused, because received gradients or weights held all the memory they may."),
    READ_PAUSE_NANOS("ns", "Time for which reading paused, of all connections together."),
    WRITE_PAUSES(
            "pauses", "How often nothing more was sent for the time being, because the other end read too slowly."),
    WRITE_PAUSE_NANOS("ns", "Time for which sending paused, of all connections together.");

    private final String unit;
    private final String description;

    Counter(String unit, String description) {
        this.unit = unit;
        this.description = description;
    }

    public String unit() {
        return unit;
    }

    /** One sentence. */
    public String description() {
        return description;
    }

    /** Name as metrics show it, for instance {@code bytesReceived}. */
    public String label() {
        return label(name());
    }

    static String label(String constant) {
        StringBuilder label = new StringBuilder();
        for (String word : constant.toLowerCase(Locale.ROOT).split("_")) {
            label.append(label.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return label.toString();
    }
}
