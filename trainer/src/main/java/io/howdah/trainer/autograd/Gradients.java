// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The gradients that leaves, and other tensors that were asked to, keep after backward. */
public final class Gradients {
    private Gradients() {}

    /** Frees the gradient of a leaf. */
    public static void clear(Tensor leaf) {
        Tensor grad = take(leaf);
        if (grad != null) {
            grad.close();
        }
        SparseRows rows = takeSparse(leaf);
        if (rows != null) {
            rows.close();
        }
    }

    /** Takes the gradient away from a leaf; the caller closes it. */
    public static @Nullable Tensor take(Tensor leaf) {
        Variable variable = required(leaf);
        Tensor grad = variable.grad();
        variable.setGrad(null);
        return grad;
    }

    /**
     * Gives a leaf a gradient, of which it becomes the owner.
     *
     * @throws IllegalArgumentException if shape or dtype differ from the leaf's
     */
    public static void set(Tensor leaf, Tensor grad) {
        if (!TensorInfo.of(leaf).fits(grad)) {
            throw new IllegalArgumentException("Cannot assign gradient: " + grad.dtype() + " " + grad.shape()
                    + ", expected " + TensorInfo.of(leaf) + "; convert it first");
        }
        required(leaf).setGrad(grad.keep());
    }

    /** The gradient of a table from which only few rows were taken, in sparse form; null if it is dense or missing. */
    public static @Nullable SparseRows sparse(Tensor leaf) {
        return required(leaf).sparseGrad();
    }

    /** Takes the sparse gradient away from a leaf; the caller closes it. */
    public static @Nullable SparseRows takeSparse(Tensor leaf) {
        Variable variable = required(leaf);
        SparseRows rows = variable.sparseGrad();
        variable.setSparseGrad(null);
        return rows;
    }

    /** Lets a result of an op keep its gradient; leaves do so anyway. */
    public static void retain(Tensor tensor) {
        required(tensor).retainGrad();
    }

    static Variable required(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        if (variable == null || !variable.requiresGrad()) {
            throw new IllegalArgumentException("Cannot use gradient: the tensor doesn't require gradient, expected one"
                    + " that does; make it a parameter");
        }
        return variable;
    }

    static Edge edge(Tensor tensor) {
        Edge edge = required(tensor).edge();
        if (edge == null) {
            throw new AssertionError("requires grad without an edge");
        }
        return edge;
    }
}
