// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a program allocates: the function of the engine that it called, and the line that called it. Taken for large
 * blocks alone, since looking at the stack takes about a microsecond.
 */
record AllocationSite(String function, String caller) {
    /** From how many bytes on sites are taken. */
    static final long THRESHOLD = 1 << 20;

    private static final int SHOWN = 5;
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final List<String> ENGINE = List.of(
            "io.howdah.trainer.tensor.",
            "io.howdah.trainer.kernel.",
            "io.howdah.trainer.autograd.",
            "io.howdah.trainer.ops.");

    /** How much one site holds. */
    private static final class Held {
        private long bytes;
        private int blocks;
    }

    /** The present site, or null where {@code bytes} are few. */
    static @Nullable AllocationSite of(long bytes) {
        return bytes < THRESHOLD ? null : WALKER.walk(frames -> of(frames.iterator()));
    }

    private static AllocationSite of(Iterator<StackWalker.StackFrame> frames) {
        String function = "";
        while (frames.hasNext()) {
            StackWalker.StackFrame frame = frames.next();
            String type = frame.getClassName();
            if (ENGINE.stream().noneMatch(type::startsWith)) {
                return new AllocationSite(function, frame.toStackTraceElement().toString());
            }
            function = type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
        }
        return new AllocationSite(function, "no caller");
    }

    /** The sites that hold most, as part of a message. */
    static String largest(@Nullable Allocation first) {
        Map<AllocationSite, Held> sites = new HashMap<>();
        Held small = new Held();
        for (Allocation allocation = first; allocation != null; allocation = allocation.next()) {
            AllocationSite site = allocation.site();
            Held held = site == null ? small : sites.computeIfAbsent(site, absent -> new Held());
            held.bytes += allocation.block().size();
            held.blocks++;
        }
        String listed = sites.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<AllocationSite, Held> entry) -> entry.getValue().bytes)
                        .reversed())
                .limit(SHOWN)
                .map(entry -> describe(entry.getKey() + "", entry.getValue()))
                .collect(Collectors.joining("; "));
        return (listed.isEmpty() ? "" : listed + "; ") + describe("smaller ones", small);
    }

    private static String describe(String where, Held held) {
        return held.bytes + " bytes in " + held.blocks + " tensors: " + where;
    }

    @Override
    public String toString() {
        return function + " from " + caller;
    }
}
