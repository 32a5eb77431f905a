// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;

/**
 * Rotary position embedding: pairs of elements of a query or key are turned by angles that grow with its position, so
 * that products of both depend on distances alone (Su et al., “RoFormer: Enhanced Transformer with Rotary Position
 * Embedding”, 2021).
 */
public final class RotaryEmbedding {
    /** Inputs: x, cosines, sines. The gradient is turned back. */
    static final Op<Turn> ROTATE = Op.<Turn>named("rotate", AutocastCategory.KEEP)
            .forward(RotaryEmbedding::turn)
            .backward(call -> call.give(
                    0,
                    () -> turned(
                            call.gradient(),
                            call.input(1),
                            call.input(2),
                            call.attributes().reversed())));

    static final List<Op<?>> ALL = List.of(ROTATE);

    /** Which elements of a vector form pairs, of the first R that are turned. */
    public enum Pairs {
        /** i and i + R/2, as in GPT-NeoX and most ports of LLaMA */
        HALVES,
        /** 2i and 2i + 1, as in the paper */
        NEIGHBOURS
    }

    /**
     * Cosines and sines of the angles by position.
     *
     * @param cosines [..., L, R/2], float32, or float64 for float64 inputs
     * @param sines as {@code cosines}
     */
    public record Angles(Tensor cosines, Tensor sines) {
        /** The angles of the positions [start, start + length), as views. */
        public Angles narrow(long start, long length) {
            return new Angles(Slices.narrow(cosines, -2, start, length), Slices.narrow(sines, -2, start, length));
        }
    }

    /** How {@link #ROTATE} turns. */
    record Turn(Pairs pairs, boolean back) {
        Turn reversed() {
            return new Turn(pairs, !back);
        }
    }

    private RotaryEmbedding() {}

    /** The angles per position of R elements: base^(−2i/R) for i in [0, R/2); the paper's base is 10000. */
    public static double[] frequencies(int turned, double base) {
        if (turned < 0 || turned % 2 != 0) {
            throw new IllegalArgumentException("Cannot compute rotary embedding: turned=" + turned
                    + ", expected an even number of elements; correct it");
        }
        double[] frequencies = new double[turned / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / turned);
        }
        return frequencies;
    }

    /** The angles of the positions 0 to {@code length} − 1, to be made once and narrowed. */
    public static Angles angles(double[] frequencies, long length, DType dtype) {
        long[] positions = new long[Math.toIntExact(length)];
        Arrays.setAll(positions, i -> i);
        try (Tensor tensor = Tensor.of(positions, length)) {
            return angles(frequencies, tensor, dtype);
        }
    }

    /**
     * The angles of any positions, computed in float64 and rounded once.
     *
     * @param positions [..., L], integral
     */
    public static Angles angles(double[] frequencies, Tensor positions, DType dtype) {
        long[] sizes =
                Arrays.copyOf(positions.shape().sizes(), positions.shape().rank() + 1);
        sizes[sizes.length - 1] = frequencies.length;
        Tensor cosines = Tensor.empty(dtype, Shape.of(sizes));
        Tensor sines = Tensor.empty(dtype, Shape.of(sizes));
        long offset = 0;
        for (long position : positions.toLongs()) {
            for (double frequency : frequencies) {
                Elements.put(dtype, cosines.address() + offset, Math.cos(position * frequency));
                Elements.put(dtype, sines.address() + offset, Math.sin(position * frequency));
                offset += dtype.bytes();
            }
        }
        Reference.reachabilityFence(cosines);
        Reference.reachabilityFence(sines);
        return new Angles(cosines, sines);
    }

    /**
     * Turns each pair (a, b) of the first R elements to (a·cos − b·sin, b·cos + a·sin); the others stay as they are.
     * 16-bit inputs are turned in float32.
     *
     * @param x [..., L, D], D ≥ R
     * @param angles broadcast to [..., L, R/2]
     */
    public static Tensor rotate(Tensor x, Angles angles, Pairs pairs) {
        Tensor cosines = angles.cosines();
        Shape shape = cosines.shape();
        boolean fits = x.shape().rank() >= 2
                && shape.rank() >= 2
                && shape.rank() <= x.shape().rank()
                && 2 * shape.size(-1) <= x.size(-1)
                && shape.equals(angles.sines().shape());
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute rotary embedding: x=" + x.shape() + " cosines=" + shape
                    + " sines=" + angles.sines().shape() + ", expected [..., L, D] and [L, R/2] with R <= D; make the"
                    + " angles for it");
        }
        return turned(x, cosines, angles.sines(), new Turn(pairs, false));
    }

    private static Tensor turned(Tensor x, Tensor cosines, Tensor sines, Turn turn) {
        return Dispatcher.call(ROTATE, turn, x, cosines, sines);
    }

    private static void turn(ForwardCall<Turn> call) {
        Tensor x = call.input(0);
        DType dtype = x.dtype().bytes() == 2 ? DType.FLOAT32 : x.dtype();
        Tensor cosines = Casts.to(call.input(1), dtype);
        Tensor sines = Casts.to(call.input(2), dtype);
        Tensor source = Casts.to(x, dtype);
        Tensor out = MemoryOrder.emptyLike(source, x.shape());
        Backend backend = Backends.current();
        Pairs pairs = call.attributes().pairs();
        long half = cosines.size(-1);
        Tensor a = half(source, pairs, half, false);
        Tensor b = half(source, pairs, half, true);
        Tensor outA = half(out, pairs, half, false);
        Tensor outB = half(out, pairs, half, true);
        Tensor c = Broadcast.expand("rotate", cosines, a.shape());
        Tensor s = Broadcast.expand("rotate", sines, a.shape());
        if (call.attributes().back()) {
            backend.rotate(b, a, c, s, outB, outA);
        } else {
            backend.rotate(a, b, c, s, outA, outB);
        }
        long rest = x.size(-1) - 2 * half;
        if (rest > 0) {
            backend.convert(columns(source, 2 * half, rest, 1), columns(out, 2 * half, rest, 1));
        }
        if (dtype != x.dtype()) {
            Tensor rounded = MemoryOrder.emptyLike(x, x.shape());
            backend.convert(out, rounded);
            out.close();
            call.give(rounded);
        } else {
            call.give(out);
        }
        call.discard(source);
        call.discard(cosines);
        call.discard(sines);
        call.saveInput(1);
        call.saveInput(2);
    }

    /** The first or second elements of all pairs. */
    private static Tensor half(Tensor x, Pairs pairs, long half, boolean second) {
        return pairs == Pairs.HALVES ? columns(x, second ? half : 0, half, 1) : columns(x, second ? 1 : 0, half, 2);
    }

    private static Tensor columns(Tensor x, long first, long count, int step) {
        long[] sizes = x.shape().sizes();
        long[] strides = x.strides();
        int last = sizes.length - 1;
        long offset = count == 0 ? 0 : first * strides[last];
        sizes[last] = count;
        strides[last] *= step;
        return x.subview(Shape.of(sizes), strides, offset);
    }
}
