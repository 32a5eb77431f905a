// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

/** Whether ops of this thread record how to differentiate them; they do unless a {@link #noGrad} scope is open. */
public final class GradMode {
    private static final ThreadLocal<Boolean> ENABLED = ThreadLocal.withInitial(() -> true);

    private GradMode() {}

    /** Ends the scope that {@link #noGrad} opened. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    public static boolean isEnabled() {
        return ENABLED.get();
    }

    /** Stops recording on this thread until the scope is closed; scopes nest. */
    public static Scope noGrad() {
        boolean before = ENABLED.get();
        ENABLED.set(false);
        return () -> ENABLED.set(before);
    }
}
