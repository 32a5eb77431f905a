// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Scaled dot-product attention (Vaswani et al., “Attention Is All You Need”, 2017). */
public final class Attention {
    /** Inputs: queries, keys and values of the same leading dimensions, and the mask, if any, of these and [L, S]. */
    static final Op<Settings> ATTENTION = Op.<Settings>named("attention", AutocastCategory.LOW)
            .types(Op.Types.KEEP)
            .operands(4)
            .forward(call -> {
                Tensor values = call.input(2);
                long[] sizes = call.shape().sizes();
                sizes[sizes.length - 1] = values.size(-1);
                Tensor out = MemoryOrder.emptyLike(call.input(0), Shape.of(sizes));
                try (FusedAttention kernel = kernel(
                        call.input(0),
                        call.input(1),
                        values,
                        call.inputs() > 3 ? call.input(3) : null,
                        call.attributes())) {
                    kernel.forward(out);
                }
                call.give(out);
                for (int i = 0; i < call.inputs(); i++) {
                    call.saveInput(i);
                }
            })
            .backward(Attention::gradients);

    static final List<Op<?>> ALL = List.of(ATTENTION);

    /**
     * What {@link #ATTENTION} depends on beside its inputs.
     *
     * @param randomness where the numbers of the dropout start
     */
    record Settings(boolean causal, double scale, double dropout, Randomness.@Nullable State randomness) {}

    private Attention() {}

    /**
     * softmax(scale · q · kᵀ + mask) · v. A query that the mask keeps from all keys gives 0.
     *
     * <p>The scores are computed in blocks and again in backward, so that no more than a block of them is ever held (Dao
     * et al., “FlashAttention”, 2022); 16-bit inputs have their softmax in float32.
     *
     * @param q […, L, E]
     * @param k […, S, E]; leading dimensions broadcast with those of the others
     * @param v […, S, F]
     * @return […, L, F]
     */
    public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        if (AutocastMode.dtype() != null) {
            return Autocasting.call(
                    AutocastCategory.LOW,
                    operands -> scaledDotProduct(operands[0], operands[1], operands[2], options),
                    q,
                    k,
                    v);
        }
        check(q, k, v, options);
        Settings settings = new Settings(
                options.causal(), options.scaleOf(q.shape()), options.dropout(), randomness(options.dropout()));
        return Composite.of(() ->
                options.grouped() ? grouped(q, k, v, options, settings) : broadcast(q, k, v, options.mask(), settings));
    }

    /** [B, H·G, L, E] as [B, H, G, L, E] with H heads of keys. */
    private static Tensor grouped(Tensor q, Tensor k, Tensor v, AttentionOptions options, Settings settings) {
        long heads = k.size(-3);
        Tensor mask = options.mask();
        if (mask != null) {
            long[] sizes = mask.shape().sizes();
            boolean perHead = sizes.length >= 3 && mask.size(-3) != 1;
            mask = sizes.length < 3 ? mask : split(mask, perHead ? heads : 1);
        }
        Tensor out = broadcast(split(q, heads), split(k, heads), split(v, heads), mask, settings);
        long[] sizes = q.shape().sizes();
        sizes[sizes.length - 1] = v.size(-1);
        return Views.reshape(out, sizes);
    }

    /** Splits the third dimension from the end in two, of which the first has the size {@code heads}. */
    private static Tensor split(Tensor x, long heads) {
        int rank = x.shape().rank();
        long[] sizes = new long[rank + 1];
        System.arraycopy(x.shape().sizes(), 0, sizes, 0, rank - 3);
        sizes[rank - 3] = heads;
        sizes[rank - 2] = x.size(-3) / heads;
        sizes[rank - 1] = x.size(-2);
        sizes[rank] = x.size(-1);
        return Views.reshape(x, sizes);
    }

    private static Tensor broadcast(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, Settings settings) {
        Shape batch = Broadcast.shape("attention", Broadcast.shape("attention", leading(q), leading(k)), leading(v));
        if (mask != null && mask.shape().rank() > 2) {
            batch = Broadcast.shape("attention", batch, leading(mask));
        }
        Tensor queries = expanded(q, batch);
        Tensor keys = expanded(k, batch);
        Tensor values = expanded(v, batch);
        return mask == null
                ? Dispatcher.call(ATTENTION, settings, queries, keys, values)
                : Dispatcher.call(
                        ATTENTION, settings, queries, keys, values, maskOf(mask, q.size(-2), k.size(-2), batch));
    }

    private static Tensor expanded(Tensor x, Shape batch) {
        Shape shape = extended(batch, x.size(-2), x.size(-1));
        return x.shape().equals(shape) ? x : Views.expand(x, shape.sizes());
    }

    private static Tensor maskOf(Tensor mask, long queries, long keys, Shape batch) {
        Shape shape = extended(batch, queries, keys);
        return mask.shape().equals(shape) ? mask : Views.expand(mask, shape.sizes());
    }

    private static Shape leading(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().sizes(), x.shape().rank() - 2));
    }

    private static Shape extended(Shape batch, long rows, long columns) {
        long[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = rows;
        sizes[batch.rank() + 1] = columns;
        return Shape.of(sizes);
    }

    private static void check(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        boolean same = q.dtype().isFloating() && k.dtype() == q.dtype() && v.dtype() == q.dtype();
        boolean matrices =
                q.shape().rank() >= 2 && k.shape().rank() >= 2 && v.shape().rank() >= 2;
        if (!same || !matrices || q.size(-1) != k.size(-1) || k.size(-2) != v.size(-2)) {
            throw new IllegalArgumentException("Cannot compute attention: q=" + q + " k=" + k + " v=" + v
                    + ", expected [..., L, E], [..., S, E] and [..., S, F] of one floating-point dtype; reshape or"
                    + " convert them");
        }
        if (options.grouped()) {
            boolean heads =
                    q.shape().rank() >= 3 && k.shape().rank() >= 3 && v.shape().rank() >= 3;
            if (!heads || k.size(-3) != v.size(-3) || k.size(-3) == 0 || q.size(-3) % k.size(-3) != 0) {
                throw new IllegalArgumentException("Cannot compute attention: q=" + q + " k=" + k + " v=" + v
                        + ", expected a number of query heads that the number of key and value heads divides; correct"
                        + " the heads");
            }
        }
        Tensor mask = options.mask();
        if (mask != null && mask.dtype().kind() == DType.Kind.INTEGRAL) {
            throw new IllegalArgumentException("Cannot compute attention: mask dtype=" + mask.dtype()
                    + ", expected bool or a floating-point dtype; convert it with to(dtype)");
        }
    }

    private static Randomness.@Nullable State randomness(double dropout) {
        if (dropout == 0) {
            return null;
        }
        Randomness.State start = Randomness.current().state();
        Randomness.current().next();
        return start;
    }

    private static FusedAttention kernel(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, Settings settings) {
        return new FusedAttention(q, k, v, AttentionMask.of(mask, FusedAttention.wide(q.dtype())), settings);
    }

    private static void gradients(BackwardCall<Settings> call) {
        int inputs = call.inputs();
        if (GradMode.isEnabled() || call.needs(3)) {
            Recomputation.give(call, inputs, operands -> List.of(composed(operands, call.attributes())));
            return;
        }
        Tensor q = call.input(0);
        Tensor k = call.input(1);
        Tensor v = call.input(2);
        Tensor[] gradients = SideBySide.emptyLike(q, k, v);
        Tensor gradQ = gradients[0];
        Tensor gradK = gradients[1];
        Tensor gradV = gradients[2];
        try (FusedAttention kernel = kernel(q, k, v, inputs > 3 ? call.input(3) : null, call.attributes())) {
            kernel.backward(call.gradient(), gradQ, gradK, gradV);
        }
        call.give(0, () -> gradQ);
        call.give(1, () -> gradK);
        call.give(2, () -> gradV);
    }

    /** The same made of ops. */
    private static Tensor composed(List<Tensor> inputs, Settings settings) {
        DType dtype = inputs.get(0).dtype();
        DType wide = FusedAttention.wide(dtype);
        Tensor q = Arithmetic.multiply(Casts.to(inputs.get(0), wide), settings.scale());
        Tensor k = Casts.to(inputs.get(1), wide);
        Tensor scores = Matrices.matmul(q, Views.transpose(k, -2, -1));
        if (settings.causal()) {
            scores = Selection.maskedFill(scores, later(scores.size(-2), scores.size(-1)), Double.NEGATIVE_INFINITY);
        }
        Tensor blank = null;
        if (inputs.size() > 3) {
            Tensor mask = inputs.get(3);
            AttentionMask plain = AttentionMask.of(mask.detached(), wide);
            blank = plain == null ? null : plain.blank();
            Tensor addend = mask.requiresGrad() || plain == null ? Casts.to(mask, wide) : plain.addend();
            scores = Arithmetic.add(scores, addend);
        }
        // Rows without any key are taken out of the softmax, whose gradient would be NaN there.
        Tensor weights = Softmaxes.softmax(blank == null ? scores : Selection.maskedFill(scores, blank, 0), -1);
        if (blank != null) {
            weights = Selection.maskedFill(weights, blank, 0);
        }
        if (settings.randomness() != null) {
            try (FusedAttention kernel = kernel(inputs.get(0), inputs.get(1), inputs.get(2), null, settings)) {
                weights = Arithmetic.multiply(weights, kernel.dropoutFactors());
            }
        }
        return Casts.to(Matrices.matmul(weights, Casts.to(inputs.get(2), wide)), dtype);
    }

    /** True where a key comes after a query, [L, S]. */
    private static Tensor later(long queries, long keys) {
        Tensor later = Tensor.zeros(DType.BOOL, Shape.of(queries, keys));
        for (long row = 0; row < Math.min(queries, keys - 1); row++) {
            Shape tail = Shape.of(keys - row - 1);
            Backends.current().fill(later.subview(tail, new long[] {1}, row * keys + row + 1), 1);
        }
        return later;
    }
}
