// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Random tensors. Every call takes the next draw of {@link Randomness#current}, so that its numbers depend on the seed,
 * the logical worker and the number of draws before it alone: not on the kernels in use, and but for rounding not on the
 * dtype.
 */
public final class RandomNumbers {
    static final Op<Range> UNIFORM = Op.<Range>named("uniform", AutocastCategory.KEEP)
            .types(Op.Types.KEEP)
            .inPlace()
            .forward(call -> uniform(call.out(call.shape()), call.attributes()))
            .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));

    static final Op<Range> NORMAL = Op.<Range>named("normal", AutocastCategory.KEEP)
            .types(Op.Types.KEEP)
            .inPlace()
            .forward(call -> normal(call.out(call.shape()), call.attributes()))
            .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));

    /** Overwrites the first input with ones, each with the probability that the second one says, and zeros. */
    static final Op<NoAttributes> BERNOULLI = Op.<NoAttributes>named("bernoulli", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .inPlace()
            .forward(call -> {
                Tensor probabilities = Broadcast.expand("bernoulli", call.input(1), call.shape());
                bernoulli(probabilities, call.out(call.shape()));
            })
            .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));

    static final Op<Integers> RANDINT = Op.<Integers>named("randint", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .inPlace()
            .forward(call -> integers(call.out(call.shape()), call.attributes()))
            .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));

    static final List<Op<?>> ALL = List.of(UNIFORM, NORMAL, BERNOULLI, RANDINT);

    /** Bounds, or mean and standard deviation. */
    record Range(double first, double second) {}

    /** All integers from low to below high. */
    record Integers(long low, long high) {
        static Integers of(long low, long high) {
            if (low >= high) {
                throw new IllegalArgumentException(
                        "Cannot compute randint: low=" + low + " high=" + high + ", expected low < high; correct them");
            }
            return new Integers(low, high);
        }
    }

    private RandomNumbers() {}

    /** Uniform in [0, 1). */
    public static Tensor rand(DType dtype, long... sizes) {
        Tensor tensor = floating("rand", Tensor.empty(dtype, Shape.of(sizes)));
        uniform(tensor, new Range(0, 1));
        return tensor;
    }

    /** Standard normal. */
    public static Tensor randn(DType dtype, long... sizes) {
        Tensor tensor = floating("randn", Tensor.empty(dtype, Shape.of(sizes)));
        normal(tensor, new Range(0, 1));
        return tensor;
    }

    /** Uniform in [0, 1), with shape and dtype of {@code x}. */
    public static Tensor randLike(Tensor x) {
        return rand(x.dtype(), x.shape().sizes());
    }

    /** Standard normal, with shape and dtype of {@code x}. */
    public static Tensor randnLike(Tensor x) {
        return randn(x.dtype(), x.shape().sizes());
    }

    /** Integers, uniform in [low, high). */
    public static Tensor randint(DType dtype, long low, long high, long... sizes) {
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        integers(tensor, Integers.of(low, high));
        return tensor;
    }

    /** x = integers, uniform in [low, high); returns x. */
    public static Tensor randintInPlace(Tensor x, long low, long high) {
        return Dispatcher.write(RANDINT, Integers.of(low, high), x);
    }

    /** The int64 numbers 0 to count − 1 in random order (Fisher and Yates 1938). */
    public static Tensor randperm(long count) {
        Tensor numbers = Creation.arange(count);
        Philox random = Randomness.current().next();
        for (long i = count - 1; i > 0; i--) {
            long one = numbers.address() + i * Long.BYTES;
            long other = numbers.address() + random.nextLong(i + 1) * Long.BYTES;
            long value = Memory.getLong(one);
            Memory.putLong(one, Memory.getLong(other));
            Memory.putLong(other, value);
        }
        return numbers;
    }

    /** Ones, each with the probability that {@code probabilities} has in its place, and zeros; the gradient is 0. */
    public static Tensor bernoulli(Tensor probabilities) {
        Tensor each = floating("bernoulli", probabilities);
        return Dispatcher.call(BERNOULLI, NoAttributes.NONE, each, each);
    }

    /** x = uniform in [low, high); returns x. */
    public static Tensor uniformInPlace(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "Cannot compute uniform: low=" + low + " high=" + high + ", expected low <= high; correct them");
        }
        return Dispatcher.write(UNIFORM, new Range(low, high), floating("uniform", x));
    }

    /** x = normal; returns x. */
    public static Tensor normalInPlace(Tensor x, double mean, double deviation) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException(
                    "Cannot compute normal: deviation=" + deviation + ", expected at least 0; correct it");
        }
        return Dispatcher.write(NORMAL, new Range(mean, deviation), floating("normal", x));
    }

    /** x = 1 with the given probability, else 0; returns x. */
    public static Tensor bernoulliInPlace(Tensor x, double probability) {
        return bernoulliInPlace(x, Tensor.scalar(DType.FLOAT64, probability));
    }

    /** x = 1 with the probability that {@code probabilities}, broadcast, has in its place, else 0; returns x. */
    public static Tensor bernoulliInPlace(Tensor x, Tensor probabilities) {
        return Dispatcher.write(BERNOULLI, NoAttributes.NONE, x, floating("bernoulli", probabilities));
    }

    private static void uniform(Tensor out, Range bounds) {
        // No more random bits than the dtype has, or rounding would reach the upper bound.
        double grid =
                switch (out.dtype()) {
                    case FLOAT32 -> 0x1p24;
                    case FLOAT16 -> 0x1p11;
                    case BFLOAT16 -> 0x1p8;
                    default -> 0x1p53;
                };
        double width = bounds.second() - bounds.first();
        fill(out, random -> bounds.first() + width * (Math.floor(random.nextDouble() * grid) / grid));
    }

    private static void normal(Tensor out, Range moments) {
        Normals normals = new Normals();
        fill(out, random -> moments.first() + moments.second() * normals.next(random));
    }

    /** Standard normal numbers, two at a time (Box and Muller 1958); StrictMath, so that they are the same everywhere. */
    private static final class Normals {
        private double spare = Double.NaN;

        double next(Philox random) {
            if (!Double.isNaN(spare)) {
                double number = spare;
                spare = Double.NaN;
                return number;
            }
            double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
            double angle = 2 * Math.PI * random.nextDouble();
            spare = radius * StrictMath.sin(angle);
            return radius * StrictMath.cos(angle);
        }
    }

    private static void fill(Tensor out, ToDoubleFunction<Philox> numbers) {
        DType dtype = out.dtype();
        Philox random = Randomness.current().next();
        Elements.forEach(out, address -> Elements.put(dtype, address, numbers.applyAsDouble(random)));
    }

    private static void integers(Tensor out, Integers bounds) {
        DType dtype = out.dtype();
        Philox random = Randomness.current().next();
        long count = Math.subtractExact(bounds.high(), bounds.low());
        Elements.forEach(out, address -> {
            long value = bounds.low() + random.nextLong(count);
            if (dtype.isFloating()) {
                Elements.put(dtype, address, value);
            } else {
                Elements.putLong(dtype, address, value);
            }
        });
    }

    private static void bernoulli(Tensor probabilities, Tensor out) {
        double[] each = probabilities.toDoubles();
        for (double probability : each) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("Cannot compute bernoulli: probability=" + probability
                        + ", expected 0 <= probability <= 1; correct the probabilities");
            }
        }
        Philox random = Randomness.current().next();
        int[] next = {0};
        Elements.forEach(
                out, address -> Elements.put(out.dtype(), address, random.nextDouble() < each[next[0]++] ? 1 : 0));
    }

    private static Tensor floating(String op, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dtype=" + x.dtype()
                    + ", expected a floating-point dtype; convert with to(dtype)");
        }
        return x;
    }
}
