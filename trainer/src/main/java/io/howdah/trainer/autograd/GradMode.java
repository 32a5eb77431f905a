// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

/** Whether ops of this thread record how to differentiate them; they do unless a {@link #noGrad} scope is open. */
public final class GradMode {
    private static final ThreadLocal<GradMode> CURRENT = ThreadLocal.withInitial(GradMode::new);

    private boolean enabled = true;

    private GradMode() {}

    /** Ends the scope that {@link #noGrad} or {@link #enableGrad} opened. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    public static boolean isEnabled() {
        return CURRENT.get().enabled;
    }

    /** Stops recording on this thread until the scope is closed; scopes nest. */
    public static Scope noGrad() {
        return set(false);
    }

    /** Records on this thread until the scope is closed, also inside a {@link #noGrad} scope. */
    public static Scope enableGrad() {
        return set(true);
    }

    static Scope set(boolean enabled) {
        GradMode mode = CURRENT.get();
        boolean before = mode.enabled;
        mode.enabled = enabled;
        return () -> mode.enabled = before;
    }
}
