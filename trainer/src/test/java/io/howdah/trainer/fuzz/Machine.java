// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** The tensors of a running program, and the choices of the step that runs. */
final class Machine {
    /** A step finds no tensor that suits it. */
    static final class Unsuitable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unsuitable() {
            super("no suitable tensor", null, false, false);
        }
    }

    private static final long[][] LEAVES = {{2, 3}, {3}, {3, 2, 2}, {4}, {1, 3}, {3, 3}, {2, 1, 3}, {}};

    private final DType dtype;
    private final List<Tensor> leaves = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Object> arguments = new ArrayList<>();
    private Philox random;
    private boolean detached;

    /** @param nudge is added to one leaf element, counted over all leaves; for differences */
    Machine(long seed, DType dtype, int nudged, double nudge) {
        this.dtype = dtype;
        this.random = new Philox(seed, 0);
        int elements = 0;
        for (int i = 0; i < 2; i++) {
            Tensor leaf = constant(Shape.of(LEAVES[random.nextInt(LEAVES.length)]));
            if (nudged >= elements && nudged < elements + leaf.elements()) {
                long address = leaf.address() + (nudged - elements) * dtype.bytes();
                Elements.put(dtype, address, Elements.get(dtype, address) + nudge);
            }
            elements += (int) leaf.elements();
            leaves.add(Autograd.requireGrad(leaf));
        }
        tensors.addAll(leaves);
        tensors.add(constant(leaves.get(0).shape()));
        leaves.forEach(leaf -> tensors.add(Arithmetic.affine(leaf, 1, 0)));
    }

    List<Tensor> leaves() {
        return leaves;
    }

    List<Tensor> tensors() {
        return tensors;
    }

    /** Begins a step. */
    void begin(long seed) {
        random = new Philox(seed, 2);
        arguments.clear();
    }

    /** What the step was called with, in its order. */
    List<Object> arguments() {
        return arguments;
    }

    /** Notes an argument of the step, for printing. */
    <T> T noted(T argument) {
        arguments.add(argument);
        return argument;
    }

    /** The number of a tensor in the program, or −1. */
    int number(Tensor tensor) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i) == tensor) {
                return i;
            }
        }
        return -1;
    }

    /** Some tensor of the program, later ones more often. */
    Tensor any(Predicate<Tensor> suits) {
        for (int attempt = 0; attempt < 20; attempt++) {
            int back = Math.min(random.nextInt(tensors.size()), random.nextInt(tensors.size()));
            Tensor tensor = tensors.get(tensors.size() - 1 - back);
            if (tensor.dtype().isFloating() && suits.test(tensor)) {
                return noted(tensor);
            }
        }
        throw new Unsuitable();
    }

    Tensor any() {
        return any(tensor -> true);
    }

    /** Some tensor of at least {@code rank} dimensions. */
    Tensor ofRank(int rank) {
        return any(tensor -> tensor.shape().rank() >= rank);
    }

    /** A target of a write: no leaf, mostly. */
    Tensor target() {
        return any(tensor -> !leaves.contains(tensor) || chance(0.05));
    }

    /** {@link #target()} of at least {@code rank} dimensions. */
    Tensor target(int rank) {
        return any(tensor -> tensor.shape().rank() >= rank && (!leaves.contains(tensor) || chance(0.05)));
    }

    /** Some tensor of the same shape, mostly. */
    Tensor like(Tensor other) {
        boolean careless = chance(0.02);
        return any(tensor -> careless || tensor.shape().equals(other.shape()));
    }

    /** A second operand for {@code first}: one that broadcasts to it, mostly. */
    Tensor operand(Tensor first) {
        boolean careless = chance(0.02);
        return any(tensor -> careless || broadcasts(tensor.shape(), first.shape()));
    }

    static boolean broadcasts(Shape from, Shape to) {
        int missing = to.rank() - from.rank();
        boolean fits = missing >= 0;
        for (int i = 0; i < from.rank() && fits; i++) {
            fits = from.size(i) == 1 || from.size(i) == to.size(i + missing);
        }
        return fits;
    }

    /** Some dimension of {@code tensor}, at times counted from the end. */
    int dimension(Tensor tensor) {
        int rank = Math.max(1, tensor.shape().rank());
        int dimension = random.nextInt(rank);
        return noted(chance(0.3) ? dimension - rank : dimension);
    }

    int below(int bound) {
        return random.nextInt(Math.max(1, bound));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Between −1.5 and 1.5. */
    double real() {
        return Math.round((random.nextDouble() * 3 - 1.5) * 64) / 64.0;
    }

    /** A tensor without history, of numbers between −1.5 and 1.5 that every floating dtype holds. */
    Tensor constant(Shape shape) {
        Tensor tensor = Tensor.empty(dtype, shape);
        Elements.forEach(tensor, address -> Elements.put(dtype, address, real()));
        return tensor;
    }

    Tensor mask(Shape shape) {
        boolean[] elements = new boolean[(int) shape.elements()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = chance(0.4);
        }
        return noted(Tensor.of(elements, shape.sizes()));
    }

    /** Some of the numbers below {@code bound}, in some order. */
    int[] distinct(int bound, int count) {
        int[] numbers = new int[bound];
        for (int i = 0; i < bound; i++) {
            int place = below(i + 1);
            numbers[i] = numbers[place];
            numbers[place] = i;
        }
        return Arrays.copyOf(numbers, count);
    }

    /** All numbers below {@code bound} in some order. */
    Tensor permutation(int bound) {
        return noted(
                Tensor.of(Arrays.stream(distinct(bound, bound)).asLongStream().toArray(), bound));
    }

    /** {@code shape} indices below {@code bound}. */
    Tensor indices(int bound, long... shape) {
        long[] elements = new long[(int) Shape.of(shape).elements()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = below(bound);
        }
        return noted(Tensor.of(elements, shape));
    }

    /** Adds a result of a step, unless it is there already. */
    void add(Tensor result) {
        if (number(result) < 0) {
            tensors.add(result);
        }
    }

    /** Notes that gradients do not flow where values do from now on. */
    void markDetached() {
        detached = true;
    }

    boolean hasDetached() {
        return detached;
    }
}
