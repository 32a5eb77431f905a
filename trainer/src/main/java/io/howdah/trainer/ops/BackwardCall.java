// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of an op's backward. Everything it computes is freed when it is done, except the gradients it gives.
 *
 * @param <A> type of the attributes
 */
public final class BackwardCall<A> {
    private final OpNode<A> node;
    private final @Nullable Tensor[] gradients;
    private final @Nullable Tensor[] results;
    private @Nullable SparseRows @Nullable [] sparse;

    BackwardCall(OpNode<A> node, @Nullable Tensor[] gradients) {
        this.node = node;
        this.gradients = gradients;
        this.results = new @Nullable Tensor[node.operands()];
    }

    public A attributes() {
        return node.attributes();
    }

    /** Number of inputs. */
    public int inputs() {
        return node.inputs();
    }

    /** Shape of an input. */
    public Shape shape(int input) {
        return node.shape(input);
    }

    /** Dtype of an input. */
    public DType dtype(int input) {
        return node.dtype(input);
    }

    /** Whether an input needs a gradient. */
    public boolean needs(int input) {
        return node.needs(input);
    }

    /** Gradient of the first output; zeros where none arrived. */
    public Tensor gradient() {
        return gradient(0);
    }

    /** Gradient of an output; zeros where none arrived. */
    public Tensor gradient(int output) {
        Tensor gradient = gradients[output];
        if (gradient == null) {
            gradient = Tensor.zeros(node.dtypeOfOutput(output), node.shapeOfOutput(output));
            gradients[output] = gradient;
        }
        return gradient;
    }

    /** Whether a gradient arrived for an output. */
    public boolean hasGradient(int output) {
        return output < gradients.length && gradients[output] != null;
    }

    /** An input that the forward saved. */
    public Tensor input(int index) {
        return node.saved(ForwardCall.Role.INPUT, index);
    }

    /** An output that the forward saved. */
    public Tensor output(int index) {
        return node.saved(ForwardCall.Role.OUTPUT, index);
    }

    /** The n-th tensor that the forward saved with {@link ForwardCall#saveInternal}; never connected to the graph. */
    public Tensor internal(int index) {
        return node.saved(ForwardCall.Role.INTERNAL, index);
    }

    public Backend backend() {
        return Backends.current();
    }

    /** Gives the gradient of an input, which is computed only if it is needed. */
    public void give(int input, Supplier<Tensor> gradient) {
        if (needs(input)) {
            results[input] = gradient.get();
        }
    }

    /** Gives the gradient of a table of rows in sparse form. */
    public void giveSparse(int input, Supplier<SparseRows> gradient) {
        if (needs(input)) {
            if (sparse == null) {
                sparse = new @Nullable SparseRows[results.length];
            }
            sparse[input] = gradient.get();
        }
    }

    @Nullable
    Tensor[] results() {
        return results;
    }

    @Nullable
    SparseRows sparse(int input) {
        return sparse == null ? null : sparse[input];
    }
}
