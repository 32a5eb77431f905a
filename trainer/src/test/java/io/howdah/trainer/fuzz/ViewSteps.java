// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Splits;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;

/** Steps that make views. */
final class ViewSteps {
    private ViewSteps() {}

    static void addTo(Steps steps) {
        addMoves(steps);
        addParts(steps);
        addSplits(steps);
    }

    private static void addMoves(Steps steps) {
        steps.add("transpose", machine -> {
            Tensor x = machine.ofRank(1);
            return Views.transpose(x, machine.dimension(x), machine.dimension(x));
        });
        steps.add("permute", machine -> {
            Tensor x = machine.ofRank(2);
            int[] order = machine.distinct(x.shape().rank(), x.shape().rank());
            return Views.permute(x, machine.noted(order));
        });
        steps.add("movedim", machine -> {
            Tensor x = machine.ofRank(2);
            return Views.movedim(x, machine.dimension(x), machine.dimension(x));
        });
        steps.add("reshape", machine -> {
            Tensor x = machine.any();
            return Views.reshape(x, machine.noted(otherShape(machine, x)));
        });
        steps.add("view", machine -> {
            Tensor x = machine.any();
            return Views.view(x, machine.noted(otherShape(machine, x)));
        });
        steps.add("flatten", machine -> {
            Tensor x = machine.any();
            int first = machine.below(x.shape().rank());
            return Views.flatten(x, machine.noted(first), machine.noted(-1));
        });
        steps.add("expand", machine -> {
            Tensor x = machine.any(tensor -> tensor.elements() <= 12);
            long[] sizes = new long[x.shape().rank() + 1];
            sizes[0] = 2;
            for (int i = 1; i < sizes.length; i++) {
                sizes[i] = x.size(i - 1) == 1 ? 2 : x.size(i - 1);
            }
            return Views.expand(x, machine.noted(sizes));
        });
        steps.add("unsqueeze", machine -> {
            Tensor x = machine.any();
            return Views.unsqueeze(x, machine.noted(machine.below(x.shape().rank() + 1)));
        });
        steps.add("squeeze", machine -> {
            Tensor x = machine.any();
            return Views.squeeze(x, machine.dimension(x));
        });
        steps.add("detach", machine -> {
            Tensor x = machine.any(tensor -> machine.chance(0.02));
            machine.markDetached();
            return Autograd.detach(x);
        });
    }

    private static long[] otherShape(Machine machine, Tensor x) {
        long elements = x.elements();
        long rows = 1L + machine.below(4);
        if (elements % rows != 0) {
            return machine.chance(0.1) ? new long[] {rows, -1} : new long[] {-1};
        }
        return machine.chance(0.5) ? new long[] {rows, elements / rows} : new long[] {elements / rows, 1, rows};
    }

    private static void addParts(Steps steps) {
        steps.add("narrow", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            int size = (int) x.size(dimension);
            int start = machine.noted(machine.below(size));
            return Slices.narrow(x, dimension, start, machine.noted(1 + machine.below(size - start)));
        });
        steps.add("slice", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            int size = (int) x.size(dimension);
            int start = machine.noted(machine.below(size));
            int end = machine.noted(start + 1 + machine.below(size - start));
            return Slices.slice(x, dimension, start, end, machine.noted(1 + machine.below(2)));
        });
        steps.add("select", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            int size = (int) x.size(dimension);
            int index = machine.below(size) - (machine.chance(0.3) ? size : 0);
            return Slices.select(x, dimension, machine.noted(machine.chance(0.02) ? size : index));
        });
        steps.add("diagonal", machine -> {
            Tensor x = machine.ofRank(2);
            return Slices.diagonal(x, machine.noted(machine.below(3) - 1), machine.dimension(x), machine.dimension(x));
        });
        steps.add("unfold", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            int size = 1 + machine.below((int) x.size(dimension));
            return Slices.unfold(x, dimension, machine.noted(size), machine.noted(1 + machine.below(2)));
        });
    }

    private static void addSplits(Steps steps) {
        steps.addAll("split", machine -> {
            Tensor x = machine.ofRank(1);
            int length = machine.noted(1 + machine.below(2));
            return Splits.split(x, length, machine.dimension(x));
        });
        steps.addAll("chunk", machine -> {
            Tensor x = machine.ofRank(1);
            int count = machine.noted(1 + machine.below(3));
            return Splits.chunk(x, count, machine.dimension(x));
        });
        steps.addAll("unbind", machine -> {
            Tensor x = machine.ofRank(1);
            return Splits.unbind(x, machine.dimension(x));
        });
    }
}
