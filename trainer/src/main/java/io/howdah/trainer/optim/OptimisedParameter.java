// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.RowGroups;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One parameter of a {@link LocalOptimiser} with its state. An update is cut into tasks that may run at the same time: {@link
 * #open}, {@link #run} each task, {@link #close}.
 */
abstract sealed class OptimisedParameter permits ElementwiseParameter, TensorParameter {
    /** Elements of sparse rows that are worth a task of their own. */
    private static final int ROWS_GRAIN = 1 << 13;

    final String name;
    final Tensor parameter;
    final ParameterGroup group;
    final MasterWeights weights;
    private long count;
    private UpdateRule.Step step = new UpdateRule.Step(0, 0, 0);
    private @Nullable Tensor dense;
    private @Nullable Tensor copied;
    private @Nullable SparseRows rows;
    private @Nullable RowGroups groups;
    private int rowsPerTask;

    OptimisedParameter(String name, Tensor parameter, ParameterGroup group) {
        this.name = name;
        this.parameter = parameter;
        this.group = group;
        this.weights = new MasterWeights(parameter);
    }

    static OptimisedParameter of(String name, Tensor parameter, ParameterGroup group) {
        if (group.rule() instanceof TensorRule rule) {
            return new TensorParameter(name, parameter, group, rule);
        }
        return new ElementwiseParameter(name, parameter, group, (ElementwiseRule) group.rule());
    }

    private boolean hasGradient() {
        return parameter.requiresGrad() && (parameter.grad() != null || Gradients.sparse(parameter) != null);
    }

    /** Refuses a gradient that the rule cannot take, before anything has changed. */
    final void check() {
        boolean sparse = parameter.requiresGrad() && Gradients.sparse(parameter) != null;
        String obstacle = sparse ? group.rule().sparseObstacle(group.weightDecay()) : null;
        if (obstacle != null) {
            throw new IllegalArgumentException("Cannot update parameter: name=" + name + " has a sparse gradient and "
                    + group.rule().getClass().getSimpleName() + " updates it, expected a dense one: " + obstacle
                    + ", or choose SparseAdam or RowwiseAdagrad, or make the embedding's gradient dense");
        }
    }

    /** Begins an update; returns the number of its tasks, 0 where there is no gradient. */
    final int open(double learningRate) {
        if (!hasGradient()) {
            return 0;
        }
        weights.refresh();
        count++;
        step = new UpdateRule.Step(count, learningRate, group.weightDecay());
        SparseRows sparse = Gradients.sparse(parameter);
        if (sparse != null) {
            RowGroups grouped = sparse.groups();
            rows = sparse;
            groups = grouped;
            rowsPerTask = Math.max(1, ROWS_GRAIN / Math.max(1, rowLength()));
            return (grouped.size() + rowsPerTask - 1) / rowsPerTask;
        }
        Tensor gradient = parameter.grad();
        if (gradient != null && !gradient.isContiguous()) {
            copied = FloatCopies.contiguous(gradient);
            gradient = copied;
        }
        dense = gradient;
        return denseTasks();
    }

    private int rowLength() {
        return weights.elements() / Math.max(1, RowRule.rows(parameter.shape()));
    }

    /** Does one task; tasks of one update do not depend on each other. */
    final void run(int task) {
        if (dense != null) {
            updateDense(task, dense, step);
            return;
        }
        SparseRows sparse = rows;
        RowGroups grouped = groups;
        if (sparse != null && grouped != null) {
            int last = Math.min(grouped.size(), (task + 1) * rowsPerTask);
            updateRows(new RowPatch(sparse.values(), grouped, task * rowsPerTask, last, rowLength()), step);
        }
    }

    /** Ends an update, even one that failed. */
    final void close() {
        if (dense != null || rows != null) {
            parameter.bumpVersion();
            weights.settle();
        }
        if (copied != null) {
            copied.close();
        }
        dense = null;
        copied = null;
        rows = null;
        groups = null;
    }

    /**
     * Some rows of a sparse gradient.
     *
     * @param values gradients of all occurrences, [n, length]
     * @param groups which occurrences belong to which row
     * @param from index of the first row
     * @param to index after the last row
     * @param length elements of a row
     */
    record RowPatch(Tensor values, RowGroups groups, int from, int to, int length) {
        int number(int row) {
            return Math.toIntExact(groups.numbers()[row]);
        }

        /** The gradient of a row: its occurrences, added up in float32 in their order. */
        void sum(int row, float[] into) {
            int first = groups.starts()[row];
            FloatCopies.load(values, (long) groups.order()[first] * length, into, 0, length);
            for (int i = first + 1; i < groups.starts()[row + 1]; i++) {
                FloatCopies.add(values, (long) groups.order()[i] * length, into, length);
            }
        }
    }

    abstract int denseTasks();

    abstract void updateDense(int task, Tensor gradient, UpdateRule.Step now);

    abstract void updateRows(RowPatch patch, UpdateRule.Step now);

    /** The state arrays by name, each in pieces that follow one another. */
    abstract Map<String, float[][]> state();

    /** Shape of a state of {@code elements} numbers. */
    final Shape stateShape(long elements) {
        return elements == parameter.elements() ? parameter.shape() : Shape.of(elements);
    }

    final long count() {
        return count;
    }

    final void setCount(long newCount) {
        count = newCount;
    }
}
