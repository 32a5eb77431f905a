// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A rule for tables [V, D…] of which a step touches few rows. It moves the rows that have a gradient and leaves the others,
 * state included, as they are. In a dense gradient a row of zeros counts as none. A vector is a table of rows of one
 * element. Weight decay is added to the gradient of the rows that have one.
 */
public abstract sealed class RowRule implements TensorRule permits RowwiseAdagrad, SparseAdam {
    /** Elements that are worth a task of their own. */
    private static final int GRAIN = 1 << 14;

    /**
     * One row of a table.
     *
     * @param weights FP32 masters
     * @param gradient mean gradient
     * @param at place of the row's first element in both arrays
     * @param length D, the elements of a row
     * @param number number of the row
     */
    public record Row(float[] weights, float[] gradient, int at, int length, int number) {}

    /** Updates one row in place, and its state. */
    @FunctionalInterface
    public interface RowUpdate {
        void update(Row row);
    }

    /** The update of rows in one step. */
    public abstract RowUpdate rowUpdate(float[][] state, Step step);

    @Override
    public final @Nullable String sparseObstacle(double weightDecay) {
        return null;
    }

    /** V. */
    static int rows(Shape shape) {
        return shape.rank() == 0 || shape.elements() == 0 ? (int) shape.elements() : (int) shape.size(0);
    }

    @Override
    public final void update(TensorSlices tensor, float[][] state, Step step) {
        int rows = rows(tensor.shape());
        if (rows == 0) {
            return;
        }
        int length = tensor.elements() / rows;
        int group = Math.max(1, GRAIN / length);
        RowUpdate update = rowUpdate(state, step);
        IntStream.range(0, (rows + group - 1) / group).parallel().forEach(index -> {
            float[][] spare = new float[2][length];
            for (int row = index * group; row < Math.min(rows, (index + 1) * group); row++) {
                updateRow(tensor, row, spare, update);
            }
        });
    }

    private static void updateRow(TensorSlices tensor, int number, float[][] spare, RowUpdate update) {
        int length = spare[0].length;
        int first = number * length;
        tensor.runs(first, first + length, run -> {
            if (run.length() == length) {
                updateTouched(new Row(run.weights(), run.gradient(), run.at(), length, number), update);
            } else {
                System.arraycopy(run.weights(), run.at(), spare[0], run.element() - first, run.length());
                System.arraycopy(run.gradient(), run.at(), spare[1], run.element() - first, run.length());
                if (run.element() + run.length() == first + length) {
                    updateTouched(new Row(spare[0], spare[1], 0, length, number), update);
                    tensor.runs(
                            first,
                            first + length,
                            back -> System.arraycopy(
                                    spare[0], back.element() - first, back.weights(), back.at(), back.length()));
                }
            }
        });
    }

    private static void updateTouched(Row row, RowUpdate update) {
        for (int i = row.at(); i < row.at() + row.length(); i++) {
            if (row.gradient()[i] != 0) {
                update.update(row);
                return;
            }
        }
    }
}
