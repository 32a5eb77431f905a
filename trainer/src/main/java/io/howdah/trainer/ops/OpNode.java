// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Edge;
import io.howdah.trainer.autograd.Node;
import io.howdah.trainer.autograd.SavedTensor;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The recorded call of an op. */
final class OpNode<A> extends Node {
    private final Op<A> op;
    private final A attributes;
    private final Shape[] shapes;
    private final DType[] dtypes;
    private final ForwardCall.Role[] roles;
    private final int[] indices;
    private final SavedTensor[] saved;
    private @Nullable BackwardCall<A> call;

    OpNode(Op<A> op, A attributes, Tensor[] inputs, @Nullable Edge[] edges, List<ForwardCall.Save> saves) {
        super(op.name(), edges);
        this.op = op;
        this.attributes = attributes;
        this.shapes = new Shape[inputs.length];
        this.dtypes = new DType[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            shapes[i] = inputs[i].shape();
            dtypes[i] = inputs[i].dtype();
        }
        int count = saves.size();
        this.roles = new ForwardCall.Role[count];
        this.indices = new int[count];
        this.saved = new SavedTensor[count];
        for (int i = 0; i < count; i++) {
            ForwardCall.Save save = saves.get(i);
            roles[i] = save.role();
            indices[i] = save.index();
            saved[i] = switch (save.role()) {
                case INPUT -> {
                    @Nullable Edge edge = edgeOf(edges, save.index());
                    yield save.copied()
                            ? SavedTensor.copyOfInput(save.tensor(), edge)
                            : SavedTensor.input(save.tensor(), save.version(), edge);
                }
                case OUTPUT -> SavedTensor.output(save.tensor(), save.index(), save.version());
                case INTERNAL -> SavedTensor.internal(save.tensor());
            };
        }
    }

    private static @Nullable Edge edgeOf(@Nullable Edge[] edges, int input) {
        return input < edges.length ? edges[input] : null;
    }

    A attributes() {
        return attributes;
    }

    int inputs() {
        return shapes.length;
    }

    Shape shape(int input) {
        return shapes[input];
    }

    DType dtype(int input) {
        return dtypes[input];
    }

    boolean needs(int input) {
        return input < inputCount() && edge(input) != null;
    }

    int operands() {
        return inputCount();
    }

    Shape shapeOfOutput(int output) {
        return outputShape(output);
    }

    DType dtypeOfOutput(int output) {
        return outputDType(output);
    }

    Tensor saved(ForwardCall.Role role, int index) {
        int internal = 0;
        for (int i = 0; i < saved.length; i++) {
            boolean found = roles[i] == role && (role == ForwardCall.Role.INTERNAL ? internal++ : indices[i]) == index;
            if (found) {
                return saved[i].unpack(this);
            }
        }
        throw new AssertionError(op + " did not save " + role + " " + index);
    }

    @Override
    protected @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs) {
        BackwardCall<A> current = new BackwardCall<>(this, gradOutputs);
        call = current;
        op.backward(current);
        return current.results();
    }

    @Override
    protected @Nullable SparseRows sparseGradient(int input) {
        return call == null ? null : call.sparse(input);
    }

    @Override
    protected void releaseSaved() {
        call = null;
        for (SavedTensor tensor : saved) {
            tensor.release();
        }
    }
}
