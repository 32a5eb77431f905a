// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * In which 16-bit dtype ops of this thread compute what they can in 16 bits; off unless a scope is open. Users open one
 * with {@code amp.Autocast}; backward passes run with it off, in the dtypes that forward has chosen.
 */
public final class AutocastMode {
    private static final ThreadLocal<AutocastMode> CURRENT = ThreadLocal.withInitial(AutocastMode::new);

    private final CastCache casts = new CastCache();
    private @Nullable DType dtype;
    private int openScopes;

    private AutocastMode() {}

    /** Ends what {@link #open} began; closing twice does nothing. */
    public static final class Scope implements AutoCloseable {
        private final AutocastMode mode;
        private final @Nullable DType before;
        private final int number;
        private boolean closed;

        private Scope(AutocastMode mode) {
            this.mode = mode;
            this.before = mode.dtype;
            this.number = ++mode.openScopes;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            if (mode != CURRENT.get() || mode.openScopes != number) {
                throw new IllegalStateException("Cannot close autocast: an inner scope is open, or another thread has"
                        + " opened this one, expected the innermost of this thread; close scopes in reverse order");
            }
            closed = true;
            mode.dtype = before;
            mode.openScopes--;
            if (mode.openScopes == 0) {
                mode.casts.clear();
            }
        }
    }

    /** The 16-bit dtype of this thread; null while autocast is off. */
    public static @Nullable DType dtype() {
        return CURRENT.get().dtype;
    }

    /**
     * Lets ops of this thread compute in {@code dtype} until the scope is closed; scopes nest. Casts of weights are
     * shared until the outermost one is closed.
     *
     * @param dtype bfloat16 or float16; null turns autocast off
     */
    public static Scope open(@Nullable DType dtype) {
        if (dtype != null && dtype != DType.BFLOAT16 && dtype != DType.FLOAT16) {
            throw new IllegalArgumentException(
                    "Cannot autocast: dtype=" + dtype + ", expected bfloat16 or float16; correct the dtype");
        }
        AutocastMode mode = CURRENT.get();
        Scope scope = new Scope(mode);
        mode.dtype = dtype;
        return scope;
    }

    /** Turns autocast off until {@link #resume}; returns what to resume with. For ops and the engine. */
    public static @Nullable DType suspend() {
        AutocastMode mode = CURRENT.get();
        DType before = mode.dtype;
        mode.dtype = null;
        return before;
    }

    /** Ends a {@link #suspend}. */
    public static void resume(@Nullable DType before) {
        CURRENT.get().dtype = before;
    }

    /**
     * The cast of a float32 parameter, made once for each of its versions and owned by this mode; null for other tensors.
     * For ops, while a scope is open.
     */
    public static @Nullable Tensor shared(Tensor tensor, DType dtype) {
        Variable variable = Variable.of(tensor);
        // A leaf of a step, such as an input that wants its gradient, is not worth keeping beyond the step.
        boolean parameter = variable != null
                && variable.isAccumulating()
                && variable.base() == null
                && tensor.dtype() == DType.FLOAT32
                && !tensor.isScoped();
        AutocastMode mode = CURRENT.get();
        return parameter && mode.openScopes > 0 ? mode.casts.of(tensor, dtype) : null;
    }
}
