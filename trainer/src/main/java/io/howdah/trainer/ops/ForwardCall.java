// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of an op's forward.
 *
 * @param <A> type of the attributes
 */
public final class ForwardCall<A> {
    private final Op<A> op;
    private final A attributes;
    private final Tensor[] inputs;
    private final boolean[] needs;
    private final boolean recorded;
    private final @Nullable Tensor target;
    private final List<Tensor> outputs = new ArrayList<>(1);
    private final List<Save> saves = new ArrayList<>(2);

    /** What a saved tensor is. */
    enum Role {
        INPUT,
        OUTPUT,
        INTERNAL
    }

    /**
     * A tensor that backward will ask for.
     *
     * @param version the one it was read at
     * @param copied whether it was made because the op overwrites the input itself
     */
    record Save(Role role, int index, Tensor tensor, int version, boolean copied) {}

    ForwardCall(Op<A> op, A attributes, Tensor[] inputs, boolean[] needs, boolean recorded, @Nullable Tensor target) {
        this.op = op;
        this.attributes = attributes;
        this.inputs = inputs;
        this.needs = needs;
        this.recorded = recorded;
        this.target = target;
    }

    public A attributes() {
        return attributes;
    }

    /** Number of inputs. */
    public int inputs() {
        return inputs.length;
    }

    public Tensor input(int index) {
        return inputs[index];
    }

    /** Dtype of the first operand: the common one, where the op promotes. */
    public DType dtype() {
        return inputs[0].dtype();
    }

    /** Shape of the first operand. */
    public Shape shape() {
        return inputs[0].shape();
    }

    public Backend backend() {
        return Backends.current();
    }

    /** Whether an input needs a gradient. */
    public boolean needs(int input) {
        return needs[input];
    }

    /** The next output, to be overwritten, in the common dtype; of a call in place the first one is the target. */
    public Tensor out(Shape shape) {
        return out(dtype(), shape);
    }

    /** The next output, to be overwritten. */
    public Tensor out(DType dtype, Shape shape) {
        return out(shape, () -> Tensor.empty(dtype, shape));
    }

    /**
     * The next output, to be overwritten, in shape and common dtype of the first operand, and in its memory order where
     * that has no gaps: elementwise ops keep, as in PyTorch, what was laid out for convolutions.
     */
    public Tensor outAlike() {
        return outAlike(dtype(), inputs[0]);
    }

    /** {@link #outAlike()} in another dtype, or like another operand. */
    public Tensor outAlike(DType dtype, Tensor operand) {
        return out(operand.shape(), () -> MemoryOrder.emptyAlike(operand, dtype));
    }

    /** The next output for planes [N, C, …] of the first operand; channels last where those are so. */
    public Tensor outPlanes(Shape shape) {
        return outPlanes(dtype(), shape);
    }

    /** {@link #outPlanes(Shape)} in another dtype. */
    public Tensor outPlanes(DType dtype, Shape shape) {
        return out(shape, () -> MemoryOrder.emptyPlanes(inputs[0], shape, dtype));
    }

    private Tensor out(Shape shape, Supplier<Tensor> fresh) {
        Tensor out;
        if (target != null && outputs.isEmpty()) {
            if (!target.shape().equals(shape)) {
                throw new IllegalArgumentException("Cannot compute " + op + " in place: output with shape "
                        + target.shape() + " doesn't match the broadcast shape " + shape
                        + "; compute it out of place");
            }
            out = target;
        } else {
            out = fresh.get();
        }
        outputs.add(out);
        return out;
    }

    /** The next output, with shape, dtype and elements of the first input; of a call in place that input itself. */
    public Tensor outFromInput() {
        Tensor out = out(inputs[0].dtype(), inputs[0].shape());
        if (target == null) {
            backend().convert(inputs[0], out);
        }
        return out;
    }

    /** Hands out a tensor that this call has made as the next output. */
    public void give(Tensor output) {
        outputs.add(output);
    }

    /** Keeps an input for backward; of the one that is overwritten a copy, so that it has to be called before. */
    public void saveInput(int index) {
        if (recorded) {
            boolean copied = target != null && index == 0;
            if (copied && !outputs.isEmpty()) {
                throw new AssertionError(op + " saves its first input after overwriting it");
            }
            Tensor input = copied ? Contiguous.copy(inputs[index]) : inputs[index];
            saves.add(new Save(Role.INPUT, index, input, input.version(), copied));
        }
    }

    /** Keeps an output for backward. */
    public void saveOutput(int index) {
        if (recorded) {
            Tensor output = outputs.get(index);
            int writes = output == target ? 1 : 0;
            saves.add(new Save(Role.OUTPUT, index, output, output.version() + writes, false));
        }
    }

    /** Keeps for backward, or frees where there will be none, a tensor that this call has made. */
    public void saveInternal(Tensor tensor) {
        if (recorded) {
            saves.add(new Save(Role.INTERNAL, saves.size(), tensor, tensor.version(), false));
        } else {
            tensor.close();
        }
    }

    /** Frees a tensor that this call has made, unless it is one of the inputs. */
    void discard(Tensor tensor) {
        for (Tensor input : inputs) {
            if (input.sharesStorage(tensor)) {
                return;
            }
        }
        tensor.close();
    }

    List<Tensor> outputs() {
        return outputs;
    }

    List<Save> saves() {
        return saves;
    }
}
