// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums of products written in Einstein's notation. */
public final class Einsum {
    private Einsum() {}

    /**
     * Multiplies the operands elementwise along dimensions of equal labels and sums over the labels that the result does
     * not have. Operands are taken from left to right, two at a time, each pair as one batched matrix product.
     *
     * @param equation labels a to z and A to Z per operand, separated by commas, then {@code ->} and those of the
     *     result; without the arrow the result has the labels that occur once, capitals first. A label that an operand
     *     repeats takes its diagonal. {@code ...} stands for dimensions without labels, which broadcast, as do sizes 1;
     *     where the result has none they are summed over. Example: {@code "...ij,jk->...ik"}
     */
    public static Tensor einsum(String equation, Tensor... operands) {
        EinsumEquation parsed = EinsumEquation.parse(equation, operands);
        return Composite.of(() -> contract(parsed, operands));
    }

    /**
     * An operand whose dimensions have distinct labels.
     *
     * @param labels one per dimension
     */
    private record Term(Tensor tensor, int[] labels) {
        boolean has(int label) {
            return place(label) >= 0;
        }

        int place(int label) {
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] == label) {
                    return i;
                }
            }
            return -1;
        }

        /** Sums over the labels that are not {@code needed}. */
        Term summed(boolean[] needed) {
            int[] summed = places(needed, false);
            return summed.length == 0
                    ? this
                    : new Term(Reductions.sum(tensor, tensor.dtype(), false, summed), kept(needed));
        }

        private int[] kept(boolean[] needed) {
            return Arrays.stream(labels).filter(label -> needed[label]).toArray();
        }

        private int[] places(boolean[] needed, boolean which) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < labels.length; i++) {
                if (needed[labels[i]] == which) {
                    places.add(i);
                }
            }
            return places.stream().mapToInt(Integer::intValue).toArray();
        }

        /** The tensor with its dimensions in the order of {@code order}, which has the same labels. */
        Tensor permuted(int... order) {
            int[] places = Arrays.stream(order).map(this::place).toArray();
            boolean sorted = true;
            for (int i = 0; i < places.length; i++) {
                sorted &= places[i] == i;
            }
            return sorted ? tensor : Views.permute(tensor, places);
        }

        long elements(int[] some) {
            long product = 1;
            for (int label : some) {
                product *= tensor.size(place(label));
            }
            return product;
        }
    }

    private static Tensor contract(EinsumEquation equation, Tensor[] operands) {
        Term total = term(equation, operands, 0);
        for (int i = 1; i < operands.length; i++) {
            Term next = term(equation, operands, i);
            boolean[] later = equation.neededAfter(i);
            total = product(total.summed(either(later, next)), next.summed(either(later, total)), later);
        }
        Term result = total.summed(equation.neededAfter(operands.length - 1));
        return result.permuted(equation.output());
    }

    private static boolean[] either(boolean[] later, Term other) {
        boolean[] needed = later.clone();
        for (int label : other.labels()) {
            needed[label] = true;
        }
        return needed;
    }

    /** An operand with diagonals taken and without dimensions of size 1 that another operand stretches. */
    private static Term term(EinsumEquation equation, Tensor[] operands, int index) {
        Tensor x = operands[index];
        int[] labels = equation.labels(index);
        for (int i = 0; i < labels.length; i++) {
            for (int j = i + 1; j < labels.length; j++) {
                if (labels[j] == labels[i]) {
                    // The diagonal becomes the last dimension.
                    x = Views.movedim(Slices.diagonal(x, 0, i, j), -1, i);
                    labels = without(labels, j);
                    j--;
                }
            }
        }
        for (int i = labels.length - 1; i >= 0; i--) {
            if (x.size(i) == 1 && equation.size(labels[i]) != 1) {
                x = Views.squeeze(x, i);
                labels = without(labels, i);
            }
        }
        return new Term(x, labels);
    }

    private static int[] without(int[] labels, int place) {
        int[] rest = new int[labels.length - 1];
        System.arraycopy(labels, 0, rest, 0, place);
        System.arraycopy(labels, place + 1, rest, place, rest.length - place);
        return rest;
    }

    /** The product of two terms, summed over the labels that both have and nobody needs later. */
    private static Term product(Term a, Term b, boolean[] later) {
        int[] batch =
                Arrays.stream(a.labels()).filter(l -> b.has(l) && later[l]).toArray();
        int[] summed =
                Arrays.stream(a.labels()).filter(l -> b.has(l) && !later[l]).toArray();
        int[] left = Arrays.stream(a.labels()).filter(l -> !b.has(l)).toArray();
        int[] right = Arrays.stream(b.labels()).filter(l -> !a.has(l)).toArray();
        long batches = a.elements(batch);
        long rows = a.elements(left);
        long depth = a.elements(summed);
        long columns = b.elements(right);
        Tensor matrices = a.permuted(joined(batch, left, summed));
        Tensor others = b.permuted(joined(batch, summed, right));
        Tensor product;
        if (summed.length == 0) {
            product = Arithmetic.multiply(reshaped(matrices, batches, rows, 1), reshaped(others, batches, 1, columns));
        } else if (batch.length == 0) {
            product = Matrices.product(reshaped(matrices, rows, depth), reshaped(others, depth, columns));
        } else {
            product = Matrices.product(
                    reshaped(matrices, batches, rows, depth), reshaped(others, batches, depth, columns));
        }
        int[] labels = joined(batch, left, right);
        long[] sizes = new long[labels.length];
        for (int i = 0; i < labels.length; i++) {
            Term owner = i < batch.length + left.length ? a : b;
            sizes[i] = owner.tensor().size(owner.place(labels[i]));
        }
        return new Term(reshaped(product, sizes), labels);
    }

    private static Tensor reshaped(Tensor x, long... sizes) {
        return x.shape().equals(Shape.of(sizes)) ? x : Views.reshape(x, sizes);
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
