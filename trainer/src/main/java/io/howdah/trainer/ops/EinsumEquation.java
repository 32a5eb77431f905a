// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A parsed einsum equation. Labels are numbers: capitals 0 to 25, small letters 26 to 51, then the dimensions that
 * ellipses stand for, the last of which has the highest number.
 */
final class EinsumEquation {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String ELLIPSIS = "...";

    private final String equation;
    private final List<int[]> operands = new ArrayList<>();
    private final int ellipsis;
    private final long[] sizes;
    private final int[] uses;
    private int[] output = {};

    private EinsumEquation(String equation, int ellipsis) {
        this.equation = equation;
        this.ellipsis = ellipsis;
        this.sizes = new long[LETTERS.length() + ellipsis];
        this.uses = new int[sizes.length];
        Arrays.fill(sizes, 1);
    }

    static EinsumEquation parse(String equation, Tensor... tensors) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        String[] terms = (arrow < 0 ? text : text.substring(0, arrow)).split(",", -1);
        if (tensors.length == 0 || terms.length != tensors.length) {
            throw error(equation, "operands=" + tensors.length, "as many as terms, which are " + terms.length);
        }
        int ellipsis = 0;
        for (int i = 0; i < terms.length; i++) {
            int unnamed = tensors[i].shape().rank() - letters(equation, terms[i]);
            if (terms[i].contains(ELLIPSIS) ? unnamed < 0 : unnamed != 0) {
                throw error(
                        equation, "operand " + i + "=" + tensors[i].shape(), "a dimension per label of " + terms[i]);
            }
            ellipsis = Math.max(ellipsis, unnamed);
        }
        EinsumEquation parsed = new EinsumEquation(equation, ellipsis);
        for (int i = 0; i < terms.length; i++) {
            parsed.addOperand(terms[i], tensors[i]);
        }
        parsed.output = arrow < 0 ? parsed.implicitOutput() : parsed.explicitOutput(text.substring(arrow + 2));
        return parsed;
    }

    /** One label per dimension of an operand. */
    int[] labels(int operand) {
        return operands.get(operand);
    }

    /** One label per dimension of the result. */
    int[] output() {
        return output;
    }

    /** The size that dimensions with a label have, or are stretched to. */
    long size(int label) {
        return sizes[label];
    }

    /** By label, whether the result or an operand behind {@code operand} has it. */
    boolean[] neededAfter(int operand) {
        boolean[] needed = new boolean[sizes.length];
        for (int label : output) {
            needed[label] = true;
        }
        for (int[] labels : operands.subList(operand + 1, operands.size())) {
            for (int label : labels) {
                needed[label] = true;
            }
        }
        return needed;
    }

    private void addOperand(String term, Tensor tensor) {
        int rank = tensor.shape().rank();
        int[] labels = labels(term, rank - letters(equation, term));
        for (int d = 0; d < rank; d++) {
            int label = labels[d];
            long size = tensor.size(d);
            int first = first(labels, label);
            if (first < d ? size != tensor.size(first) : size != 1 && sizes[label] != 1 && size != sizes[label]) {
                long expected = first < d ? tensor.size(first) : sizes[label];
                throw error(equation, "shape=" + tensor.shape(), "size " + expected + " in dimension " + d);
            }
            sizes[label] = size == 1 ? sizes[label] : size;
            uses[label]++;
        }
        operands.add(labels);
    }

    private static int first(int[] labels, int label) {
        int place = 0;
        while (labels[place] != label) {
            place++;
        }
        return place;
    }

    private int[] implicitOutput() {
        int[] labels = new int[sizes.length];
        int count = 0;
        for (int i = 0; i < ellipsis; i++) {
            labels[count++] = LETTERS.length() + i;
        }
        for (int label = 0; label < LETTERS.length(); label++) {
            if (uses[label] == 1) {
                labels[count++] = label;
            }
        }
        return Arrays.copyOf(labels, count);
    }

    private int[] explicitOutput(String term) {
        letters(equation, term);
        int[] labels = labels(term, term.contains(ELLIPSIS) ? ellipsis : 0);
        if (Arrays.stream(labels).distinct().count() != labels.length) {
            throw error(equation, "result=" + term, "every label at most once");
        }
        for (int label : labels) {
            if (uses[label] == 0) {
                throw error(equation, "result=" + term, "labels of the operands");
            }
        }
        return labels;
    }

    /** The labels of a term in which the ellipsis stands for {@code unnamed} dimensions. */
    private int[] labels(String term, int unnamed) {
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < term.length(); i++) {
            if (term.charAt(i) == '.') {
                for (int d = ellipsis - unnamed; d < ellipsis; d++) {
                    labels.add(LETTERS.length() + d);
                }
                i += ELLIPSIS.length() - 1;
            } else {
                labels.add(LETTERS.indexOf(term.charAt(i)));
            }
        }
        return labels.stream().mapToInt(Integer::intValue).toArray();
    }

    /** How many labels a term has besides an ellipsis. */
    private static int letters(String equation, String term) {
        String letters = term.replaceFirst("\\.\\.\\.", "");
        for (int i = 0; i < letters.length(); i++) {
            if (LETTERS.indexOf(letters.charAt(i)) < 0) {
                throw error(equation, "label=" + letters.charAt(i), "a letter, or ... once per term");
            }
        }
        return letters.length();
    }

    private static IllegalArgumentException error(String equation, String given, String expected) {
        return new IllegalArgumentException("Cannot compute einsum: equation=" + equation + " " + given + ", expected "
                + expected + "; correct the equation or the operands");
    }
}
