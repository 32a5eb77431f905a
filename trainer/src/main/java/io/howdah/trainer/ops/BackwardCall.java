// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.SavedTensor;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * One call of an op's backward.
 *
 * @param <A> type of the attributes
 */
public final class BackwardCall<A> {
    private final A attributes;
    private final List<Shape> shapes;
    private final List<DType> dtypes;
    private final boolean[] needs;
    private final List<SavedTensor> saved;

    BackwardCall(A attributes, List<Tensor> inputs, boolean[] needs, List<SavedTensor> saved) {
        this.attributes = attributes;
        this.shapes = inputs.stream().map(Tensor::shape).toList();
        this.dtypes = inputs.stream().map(Tensor::dtype).toList();
        this.needs = needs;
        this.saved = saved;
    }

    public A attributes() {
        return attributes;
    }

    /** Number of inputs. */
    public int inputs() {
        return shapes.size();
    }

    /** Shape of an input. */
    public Shape shape(int input) {
        return shapes.get(input);
    }

    /** Dtype of an input. */
    public DType dtype(int input) {
        return dtypes.get(input);
    }

    /** Whether an input needs a gradient. */
    public boolean needs(int input) {
        return needs[input];
    }

    /** The tensors that the forward saved, in the order of saving. */
    public Tensor saved(int index) {
        return saved.get(index).unpack();
    }

    public Backend backend() {
        return Backends.current();
    }

    /** A fresh tensor of function(a, b), both expanded to the shape of {@code a}. */
    Tensor binary(Binary function, Tensor a, Tensor b) {
        Tensor result = Tensor.empty(a.dtype(), a.shape());
        backend().binary(function, a, Broadcast.expand(b, a.shape()), result);
        return result;
    }

    void release() {
        saved.forEach(SavedTensor::release);
    }
}
