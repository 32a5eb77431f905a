// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;

/**
 * Dropout: in training each element, or each channel, is zeroed with probability p, and the others are scaled so that
 * the expectation stays (Srivastava et al., “Dropout: a simple way to prevent neural networks from overfitting”, 2014).
 * Every call takes one draw of {@link Randomness}, in row-major order, whatever the kernels.
 */
public final class Dropouts {
    /** x · factor where the mask, which is broadcast, is true, else 0; its own derivative. */
    static final Op<Double> KEEP_MASKED = Op.<Double>named("keepMasked", AutocastCategory.KEEP)
            .inPlace()
            .forward(call -> {
                Tensor x = call.input(0);
                Tensor mask = Broadcast.expand("dropout", call.input(1), call.shape());
                Tensor out = call.outAlike();
                call.saveInput(1);
                try (Tensor zero = Tensor.zeros(x.dtype(), Shape.of())) {
                    Tensor zeros = Broadcast.expand("dropout", zero, call.shape());
                    call.backend().scale(x, call.attributes(), 0, out);
                    call.backend().where(mask, out, zeros, out);
                }
            })
            .backward(call -> call.give(0, () -> keepMasked(call.gradient(), call.input(1), call.attributes())));

    static final List<Op<?>> ALL = List.of(KEEP_MASKED);

    /** −λα of SELU, to which it tends at −∞ (Klambauer et al., “Self-normalizing neural networks”, 2017). */
    private static final double SELU_LIMIT = -1.7580993408473766;

    private Dropouts() {}

    /** Zeroes each element with probability p and divides the others by 1 − p; x itself outside training or for p = 0. */
    public static Tensor dropout(Tensor x, double p, boolean training) {
        return drop("dropout", x, x.shape(), p, training);
    }

    /** {@link #dropout} that overwrites x; returns x. */
    public static Tensor dropoutInPlace(Tensor x, double p, boolean training) {
        check("dropout", x, p);
        if (training && p > 0) {
            Composite.of(() -> Dispatcher.write(KEEP_MASKED, factor(p), x, mask(x.shape(), p)));
        }
        return x;
    }

    /**
     * Zeroes each channel as a whole (Tompson et al., “Efficient object localization using convolutional networks”, 2015).
     *
     * @param x [N, C, …]
     */
    public static Tensor channelDropout(Tensor x, double p, boolean training) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException(
                    "Cannot compute channelDropout: input=" + x.shape() + ", expected [N, C, …]; reshape it");
        }
        long[] sizes = x.shape().sizes();
        Arrays.fill(sizes, 2, sizes.length, 1);
        return drop("channelDropout", x, Shape.of(sizes), p, training);
    }

    /**
     * Sets each element with probability p to SELU's limit at −∞, and scales and shifts all so that mean 0 and variance 1
     * stay (Klambauer et al., “Self-normalizing neural networks”, 2017).
     */
    public static Tensor alphaDropout(Tensor x, double p, boolean training) {
        check("alphaDropout", x, p);
        if (!training || p == 0) {
            return x;
        }
        if (p == 1) {
            return keepMasked(x, Tensor.zeros(DType.BOOL, Shape.of()), 0);
        }
        double scale = 1 / Math.sqrt((1 - p) * (1 + p * SELU_LIMIT * SELU_LIMIT));
        double shift = -scale * SELU_LIMIT * p;
        return Composite.of(() -> {
            Tensor mask = mask(x.shape(), p);
            Tensor kept = keepMasked(x, mask, scale);
            // shift where kept, shift + scale · limit elsewhere
            Tensor terms =
                    Arithmetic.affine(Casts.to(mask, x.dtype()), -scale * SELU_LIMIT, shift + scale * SELU_LIMIT);
            return Arithmetic.add(kept, terms);
        });
    }

    static Tensor keepMasked(Tensor x, Tensor mask, double factor) {
        return Dispatcher.call(KEEP_MASKED, factor, x, mask);
    }

    private static Tensor drop(String op, Tensor x, Shape mask, double p, boolean training) {
        check(op, x, p);
        return training && p > 0 ? Composite.of(() -> keepMasked(x, mask(mask, p), factor(p))) : x;
    }

    private static double factor(double p) {
        return p == 1 ? 0 : 1 / (1 - p);
    }

    private static void check(String op, Tensor x, double p) {
        if (!(p >= 0 && p <= 1) || !x.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": p=" + p + " dtype=" + x.dtype()
                    + ", expected 0 <= p <= 1 and a floating-point dtype; correct them");
        }
    }

    /** True with probability 1 − p. */
    private static Tensor mask(Shape shape, double p) {
        Tensor mask = Tensor.empty(DType.BOOL, shape);
        Philox random = Randomness.current().next();
        long dropped = Math.round(p * 0x1p32);
        long address = mask.address();
        for (long i = 0; i < shape.elements(); i++) {
            boolean kept = Integer.toUnsignedLong(random.nextInt()) >= dropped;
            Memory.putByte(address + i, (byte) (kept ? 1 : 0));
        }
        Reference.reachabilityFence(mask);
        return mask;
    }
}
