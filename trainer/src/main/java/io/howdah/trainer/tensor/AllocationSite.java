// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.StackWalker.StackFrame;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a program allocates: the frame of the engine's function that it called, and the line that called it. Taken for
 * large blocks alone, and put into words only for a message, since training allocates thousands of times a second.
 *
 * @param function outermost frame of the engine; null where the program itself allocates
 * @param caller frame below it; null where there is none
 */
record AllocationSite(
        @Nullable StackFrame function, @Nullable StackFrame caller) {
    /** From how many bytes on sites are taken. */
    static final long THRESHOLD = 1 << 20;

    private static final int SHOWN = 5;
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final List<String> ENGINE = List.of(
            "io.howdah.trainer.tensor.",
            "io.howdah.trainer.kernel.",
            "io.howdah.trainer.autograd.",
            "io.howdah.trainer.ops.");

    /** Whether a class belongs to the engine. */
    private static final ClassValue<Boolean> IS_ENGINE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return ENGINE.stream().anyMatch(type.getName()::startsWith);
        }
    };

    /** How much one site holds. */
    private static final class Held {
        private long bytes;
        private int blocks;
    }

    /** The present site, or null where {@code bytes} are few. */
    static @Nullable AllocationSite of(long bytes) {
        return bytes < THRESHOLD ? null : WALKER.walk(frames -> of(frames.iterator()));
    }

    private static AllocationSite of(Iterator<StackFrame> frames) {
        StackFrame function = null;
        while (frames.hasNext()) {
            StackFrame frame = frames.next();
            if (!IS_ENGINE.get(frame.getDeclaringClass())) {
                return new AllocationSite(function, frame);
            }
            function = frame;
        }
        return new AllocationSite(function, null);
    }

    /** The sites that hold most, as part of a message. */
    static String largest(@Nullable Allocation first) {
        Map<String, Held> sites = new HashMap<>();
        Held small = new Held();
        for (Allocation allocation = first; allocation != null; allocation = allocation.next()) {
            AllocationSite site = allocation.site();
            Held held = site == null ? small : sites.computeIfAbsent(site.toString(), absent -> new Held());
            held.bytes += allocation.block().size();
            held.blocks++;
        }
        String listed = sites.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Held> entry) -> entry.getValue().bytes)
                        .reversed())
                .limit(SHOWN)
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("; "));
        return (listed.isEmpty() ? "" : listed + "; ") + describe("smaller ones", small);
    }

    private static String describe(String where, Held held) {
        return held.bytes + " bytes in " + held.blocks + " tensors: " + where;
    }

    @Override
    public String toString() {
        String name = "";
        if (function != null) {
            String type = function.getClassName();
            name = type.substring(type.lastIndexOf('.') + 1) + "." + function.getMethodName();
        }
        return name + " from " + (caller == null ? "no caller" : caller.toStackTraceElement());
    }
}
