// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The new history of a base one of whose views was written in place by the op {@code written}: the gradient of the
 * written elements goes through that op, all others pass.
 */
final class CopySlices extends Node {
    private final Node written;
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final Shape baseShape;

    /** Strides of the base, or null if it is contiguous. */
    private final long @Nullable [] baseStrides;

    private CopySlices(Node written, Tensor base, Tensor view, @Nullable Edge[] edges) {
        super("copySlices", edges);
        this.written = written;
        this.shape = view.shape();
        this.strides = view.strides();
        this.offset = view.offset() - base.offset();
        this.baseShape = base.shape();
        this.baseStrides = base.isContiguous() ? null : base.strides();
        addOutput(base);
    }

    /** Makes {@code base} the result of the write that {@code written} recorded for {@code view}. */
    static void rebase(Tensor base, Tensor view, Node written) {
        Variable variable = Variable.createOf(base);
        @Nullable Edge[] edges = new @Nullable Edge[written.inputCount()];
        for (int i = 1; i < edges.length; i++) {
            edges[i] = written.edge(i);
        }
        if (edges.length > 0) {
            edges[0] = variable.edge();
        }
        variable.setSource(new Edge(new CopySlices(written, base, view, edges), 0));
    }

    @Override
    protected @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs) {
        Tensor gradient = gradOutputs[0];
        if (gradient == null) {
            return new @Nullable Tensor[inputCount()];
        }
        GraphOps ops = GraphOps.get();
        Tensor memory = memory(ops, gradient);
        Tensor slice = ops.copy(ops.asStrided(memory, shape, strides, offset));
        @Nullable Tensor[] results = written.backward(new @Nullable Tensor[] {slice});
        if (edge(0) != null) {
            Tensor first = results[0];
            Tensor replacement =
                    first == null ? Tensor.zeros(slice.dtype(), slice.shape()) : ops.convert(first, slice.dtype());
            Tensor replaced = ops.asStridedScatter(memory, replacement, strides, offset);
            results[0] = baseStrides == null ? replaced : ops.asStrided(replaced, baseShape, baseStrides, 0);
        }
        return results;
    }

    /** The gradient with its elements where those of the base lie. */
    private Tensor memory(GraphOps ops, Tensor gradient) {
        if (baseStrides == null) {
            return gradient.isContiguous() ? gradient : ops.copy(gradient);
        }
        long extent = 1;
        for (int d = 0; d < baseStrides.length; d++) {
            extent += baseStrides[d] * (baseShape.size(d) - 1);
        }
        Tensor zeros = Tensor.zeros(gradient.dtype(), Shape.of(extent));
        return ops.asStridedScatter(zeros, gradient, baseStrides, 0);
    }

    @Override
    protected void releaseSaved() {
        written.releaseSaved();
    }
}
