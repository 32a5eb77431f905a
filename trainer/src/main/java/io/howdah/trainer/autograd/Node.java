// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One recorded op call: turns gradients of its outputs into gradients of its inputs. */
public abstract class Node {
    private static final AtomicLong SEQUENCE = new AtomicLong();

    private final String name;
    private final long sequence;
    private final @Nullable Edge[] edges;
    private TensorInfo[] outputs = {};
    private @Nullable NodeHooks hooks;
    private final @Nullable String origin;
    private boolean finite = true;

    /**
     * @param name name of the op
     * @param edges where the gradient of each input flows to; null for inputs that need none
     */
    protected Node(String name, @Nullable Edge... edges) {
        this(name, SEQUENCE.getAndIncrement(), edges);
    }

    Node(String name, long sequence, @Nullable Edge... edges) {
        this.name = name;
        this.edges = edges;
        this.sequence = sequence;
        this.origin = AnomalyMode.isEnabled() ? AnomalyMode.callSite() : null;
    }

    /**
     * Gradients of the inputs, in order of the edges. A gradient may have the larger shape of a broadcast; the engine
     * sums it to size, and converts its dtype. Null stands for zeros.
     *
     * @param gradOutputs gradient per output; null where none arrived
     */
    protected abstract @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs);

    /** Drops what was saved for {@link #backward}, and frees what nobody else can hold. */
    protected abstract void releaseSaved();

    /**
     * After {@link #backward}: the gradient of one input in sparse form, where {@code backward} returned null for it; or
     * null.
     */
    protected @Nullable SparseRows sparseGradient(int input) {
        return null;
    }

    public final String name() {
        return name;
    }

    /** Number of inputs. */
    protected final int inputCount() {
        return edges.length;
    }

    /** Where the gradient of one input flows to. */
    protected final @Nullable Edge edge(int input) {
        return edges[input];
    }

    /** Later calls have higher numbers and run first. */
    final long sequence() {
        return sequence;
    }

    final int outputCount() {
        return outputs.length;
    }

    final TensorInfo output(int index) {
        return outputs[index];
    }

    /** Dtype of an output. */
    protected final DType outputDType(int index) {
        return outputs[index].dtype();
    }

    /** Shape of an output. */
    protected final Shape outputShape(int index) {
        return outputs[index].shape();
    }

    final int addOutput(Tensor tensor) {
        TensorInfo[] longer = new TensorInfo[outputs.length + 1];
        System.arraycopy(outputs, 0, longer, 0, outputs.length);
        longer[outputs.length] = TensorInfo.of(tensor);
        outputs = longer;
        finite &= !AnomalyMode.isEnabled() || AnomalyMode.isFinite(tensor);
        return outputs.length - 1;
    }

    /** The hooks of this node, or null while it has none. */
    final @Nullable NodeHooks hooks() {
        return hooks;
    }

    final NodeHooks createHooks() {
        NodeHooks present = hooks;
        if (present == null) {
            present = new NodeHooks();
            hooks = present;
        }
        return present;
    }

    /** False if anomaly mode found an infinity or NaN in an output. */
    final boolean isFinite() {
        return finite;
    }

    /** Where the op was called, if anomaly mode was on. */
    final @Nullable String origin() {
        return origin;
    }

    @Override
    public String toString() {
        return name;
    }

    /** What is to be called around a node. */
    static final class NodeHooks {
        /** A hook of one output. */
        record OutputHook(int output, UnaryOperator<Tensor> function) {}

        /** A variable that keeps the gradient of one output. */
        record Retained(int output, Variable variable) {}

        private final List<OutputHook> outputHooks = new ArrayList<>();
        private final List<Retained> retained = new ArrayList<>();
        private final List<Autograd.NodePreHook> before = new ArrayList<>();
        private final List<Autograd.NodePostHook> after = new ArrayList<>();

        List<OutputHook> outputHooks() {
            return outputHooks;
        }

        List<Retained> retained() {
            return retained;
        }

        List<Autograd.NodePreHook> before() {
            return before;
        }

        List<Autograd.NodePostHook> after() {
            return after;
        }
    }
}
