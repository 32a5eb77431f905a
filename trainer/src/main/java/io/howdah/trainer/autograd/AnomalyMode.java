// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Tensor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds where NaN comes from: while it is on, every recorded op remembers the line that called it and whether its outputs
 * are finite, and backward stops at the first op whose gradient is NaN. Slow; for debugging.
 */
public final class AnomalyMode {
    private static final int FRAMES = 8;
    private static final String ENGINE = "io.howdah.trainer.";
    private static final ThreadLocal<AnomalyMode> CURRENT = ThreadLocal.withInitial(AnomalyMode::new);

    /** Counts threads that have it on, so that the common case costs one read. */
    private static volatile int users;

    private boolean enabled;

    private AnomalyMode() {}

    public static boolean isEnabled() {
        return users > 0 && CURRENT.get().enabled;
    }

    /** Looks for anomalies on this thread until the scope is closed; scopes nest. */
    public static GradMode.Scope detect() {
        AnomalyMode mode = CURRENT.get();
        boolean before = mode.enabled;
        mode.enabled = true;
        count(1);
        return () -> {
            mode.enabled = before;
            count(-1);
        };
    }

    private static synchronized void count(int change) {
        users += change;
    }

    /** The innermost frames outside the engine. */
    static String callSite() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !isEngine(frame.getClassName()))
                        .limit(FRAMES)
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining()));
    }

    private static boolean isEngine(String className) {
        return className.startsWith(ENGINE + "autograd.") && !className.endsWith("Test")
                || className.startsWith(ENGINE + "ops.") && !className.endsWith("Test");
    }

    static boolean isFinite(Tensor tensor) {
        return !tensor.dtype().isFloating() || Backends.current().isFinite(tensor);
    }

    /**
     * The op that first gave an infinity or NaN on the way to {@code result}, whose inputs were finite as far as they were
     * recorded, and the line outside the engine that called it. Null where {@code result} is finite or was not recorded in
     * anomaly mode.
     */
    public static @Nullable String culprit(Tensor result) {
        Node node = Autograd.isLeaf(result) ? null : Gradients.edge(result).node();
        if (node == null || node.isFinite()) {
            return null;
        }
        Node earlier = node;
        while (earlier != null) {
            node = earlier;
            earlier = notFiniteInput(node);
        }
        String origin = node.origin();
        String line = origin == null
                ? ""
                : " called at "
                        + origin.strip().lines().findFirst().orElse("").strip().replaceFirst("^at ", "");
        return "op=" + node.name() + line;
    }

    private static @Nullable Node notFiniteInput(Node node) {
        for (int i = 0; i < node.inputCount(); i++) {
            Edge edge = node.edge(i);
            if (edge != null
                    && !(edge.node() instanceof AccumulateGrad)
                    && !edge.node().isFinite()) {
                return edge.node();
            }
        }
        return null;
    }

    static String advice(@Nullable String origin) {
        return origin == null ? "turn AnomalyMode on to learn which line called it" : "it was called" + origin;
    }
}
