// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares einsum with sums over all values of all labels. */
class EinsumTest {
    private final Philox random = new Philox(7, 0);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ij,jk->ik                | 2x3, 3x4",
                "ij,jk                    | 2x3, 3x4",
                "ij,kj->ik                | 2x3, 4x3",
                "ba                       | 2x3",
                "ij->                     | 2x3",
                "i->i                     | 3",
                "ii->i                    | 3x3",
                "ii                       | 3x3",
                "iji->j                   | 2x3x2",
                "iii->i                   | 2x2x2",
                "ijij->ij                 | 2x3x2x3",
                "i,i->                    | 3, 3",
                "i,j->ij                  | 3, 2",
                "i,i->i                   | 3, 3",
                "bij,bjk->bik             | 2x3x2, 2x2x4",
                "bij,bjk->kib             | 2x3x2, 2x2x4",
                "bi,bj->b                 | 2x3, 2x4",
                "ij,jk,kl->il             | 2x3, 3x2, 2x4",
                "ni,oij,nj->no            | 2x3, 4x3x2, 2x2",
                "ij,ij,ij->ij             | 2x3, 2x3, 2x3",
                "iA,Ai->A                 | 3x2, 2x3",
                ",ij->ij                  | , 2x3",
                "Bb,b                     | 2x3, 3",
                "ij,jk->ik                | 2x1, 3x4",
                "bi,bi->b                 | 1x3, 2x3",
                "ij,ik->jk                | 0x2, 0x3",
                "ij,jk->ik                | 0x2, 2x3",
            })
    void equalsTheSumOverAllLabels(String equation, String shapes) {
        Tensor[] operands = Arrays.stream(shapes.split(","))
                .map(sizes -> uniform(sizes.isBlank() ? new long[0] : sizes(sizes)))
                .toArray(Tensor[]::new);
        Tensor result = Einsum.einsum(equation, operands);
        String[] parts = explicit(equation).split("->", -1);
        Map<Character, Long> sizes = labels(parts[0], operands);
        assertThat(result.shape().sizes())
                .containsExactly(parts[1].chars()
                        .mapToLong(label -> sizes.get((char) label))
                        .toArray());
        assertThat(result.toDoubles()).containsExactly(naive(parts, sizes, operands), within(1e-12));
        checkGradients(equation, operands);
    }

    @Test
    void ellipsesBroadcast() {
        Tensor a = uniform(2, 1, 3, 4);
        Tensor b = uniform(5, 4, 2);
        Tensor expected = Matrices.matmul(a, b);
        assertThat(Einsum.einsum("...ij,...jk->...ik", a, b).shape()).isEqualTo(expected.shape());
        assertThat(Einsum.einsum("...ij,...jk->...ik", a, b).toDoubles())
                .containsExactly(expected.toDoubles(), within(1e-12));
        assertThat(Einsum.einsum(" ... i j , ... j k ", a, b).toDoubles())
                .containsExactly(expected.toDoubles(), within(1e-12));
        assertThat(Einsum.einsum("...ij,...jk->ik...", a, b).shape()).isEqualTo(Shape.of(3, 2, 2, 5));
        assertThat(Einsum.einsum("i...->...", b).toDoubles())
                .containsExactly(Reductions.sum(b, 0).toDoubles(), within(1e-12));
        assertThat(Einsum.einsum("...ij->ij", a).toDoubles())
                .containsExactly(Reductions.sum(a, 0, 1).toDoubles(), within(1e-12));
        assertThat(Einsum.einsum("...,...->...", a, uniform(1, 4)).shape()).isEqualTo(a.shape());
        checkGradients("...ij,...jk->...ik", uniform(2, 1, 2, 2), uniform(3, 2, 2));
    }

    @Test
    void multipliesIntegers() {
        Tensor a = Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor product = Einsum.einsum("ij,kj->ik", a, a);
        assertThat(product.dtype()).isEqualTo(DType.INT32);
        assertThat(product.toLongs()).containsExactly(14, 32, 32, 77);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "i,j->ij   | 2",
                "ij->i     | 2",
                "i->ii     | 2",
                "i->j      | 2",
                "i1->i     | 2x2",
                "ii->i     | 2x1",
                "ij,jk->ik | 2x3, 2x3",
                "......->i | 2",
                "i...->i.. | 2",
                "ijk...    | 2x2",
            })
    void refusesEquationsThatDoNotFit(String equation, String shapes) {
        Tensor[] operands = Arrays.stream(shapes.split(","))
                .map(sizes -> uniform(sizes(sizes)))
                .toArray(Tensor[]::new);
        assertThatThrownBy(() -> Einsum.einsum(equation, operands))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot compute einsum: equation=");
    }

    private void checkGradients(String equation, Tensor... operands) {
        Function<List<Tensor>, Tensor> call = x -> Einsum.einsum(equation, x.toArray(Tensor[]::new));
        GradCheck.check(call, detached(operands), 1e-6, random);
        GradCheck.checkTwice(call, detached(operands), 1e-6, random);
    }

    private static List<Tensor> detached(Tensor[] tensors) {
        return Arrays.stream(tensors).map(Tensor::detached).toList();
    }

    private Tensor uniform(long... sizes) {
        return Samples.uniform(
                DType.FLOAT64,
                sizes.length > 1 ? Samples.Memory.TRANSPOSED : Samples.Memory.SPACED,
                random,
                new double[] {-1, 1},
                sizes);
    }

    private static long[] sizes(String text) {
        return Arrays.stream(text.strip().split("x")).mapToLong(Long::parseLong).toArray();
    }

    /** The equation with the labels of its result. */
    private static String explicit(String equation) {
        if (equation.contains("->")) {
            return equation;
        }
        StringBuilder once = new StringBuilder();
        equation.chars()
                .filter(label -> label != ',' && equation.indexOf(label) == equation.lastIndexOf(label))
                .sorted()
                .forEach(label -> once.append((char) label));
        return equation + "->" + once;
    }

    private static Map<Character, Long> labels(String terms, Tensor[] operands) {
        Map<Character, Long> sizes = new TreeMap<>();
        String[] split = terms.split(",", -1);
        for (int i = 0; i < split.length; i++) {
            for (int d = 0; d < split[i].length(); d++) {
                // Sizes 1 stretch.
                sizes.merge(split[i].charAt(d), operands[i].size(d), (a, b) -> a == 1 ? b : a);
            }
        }
        return sizes;
    }

    private static double[] naive(String[] parts, Map<Character, Long> sizes, Tensor[] operands) {
        List<Character> names = List.copyOf(sizes.keySet());
        Shape all = Shape.of(sizes.values().stream().mapToLong(Long::longValue).toArray());
        long length = 1;
        for (char label : parts[1].toCharArray()) {
            length *= sizes.get(label);
        }
        double[] sums = new double[Math.toIntExact(length)];
        long[] index = new long[names.size()];
        for (long i = 0; i < all.elements(); i++) {
            long rest = i;
            for (int d = index.length - 1; d >= 0; d--) {
                index[d] = rest % all.size(d);
                rest /= all.size(d);
            }
            double product = 1;
            String[] terms = parts[0].split(",", -1);
            for (int t = 0; t < terms.length; t++) {
                product *= operands[t].toDoubles()[place(terms[t], operands[t].shape(), names, index)];
            }
            long[] result =
                    parts[1].chars().mapToLong(label -> sizes.get((char) label)).toArray();
            sums[place(parts[1], Shape.of(result), names, index)] += product;
        }
        return sums;
    }

    private static int place(String term, Shape shape, List<Character> names, long[] index) {
        long place = 0;
        for (int d = 0; d < term.length(); d++) {
            place = place * shape.size(d) + (shape.size(d) == 1 ? 0 : index[names.indexOf(term.charAt(d))]);
        }
        return (int) place;
    }
}
