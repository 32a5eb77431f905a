// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

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
    private final List<@Nullable Edge> edges;
    private final List<TensorInfo> outputs = new ArrayList<>();
    private final List<Hook> hooks = new ArrayList<>();

    /** A hook of one output; {@code retained} variables keep a copy after all hooks have run. */
    record Hook(int output, UnaryOperator<Tensor> function) {}

    /**
     * @param name name of the op
     * @param edges where the gradient of each input flows to; null for inputs that need none
     */
    protected Node(String name, List<@Nullable Edge> edges) {
        this(name, edges, SEQUENCE.getAndIncrement());
    }

    Node(String name, List<@Nullable Edge> edges, long sequence) {
        this.name = name;
        this.edges = edges;
        this.sequence = sequence;
    }

    /**
     * Gradients of the inputs, in order of the edges. A gradient may have the larger shape of a broadcast; the engine
     * sums it to size. Null stands for zeros.
     *
     * @param gradOutputs gradient per output; null where none arrived
     */
    protected abstract List<@Nullable Gradient> backward(List<@Nullable Gradient> gradOutputs);

    /** Drops what was saved for {@link #backward}, and frees what nobody else can hold. */
    protected abstract void releaseSaved();

    public final String name() {
        return name;
    }

    final List<@Nullable Edge> edges() {
        return edges;
    }

    /** Later calls have higher numbers and run first. */
    final long sequence() {
        return sequence;
    }

    final int outputCount() {
        return outputs.size();
    }

    final TensorInfo output(int index) {
        return outputs.get(index);
    }

    final int addOutput(Tensor tensor) {
        outputs.add(TensorInfo.of(tensor));
        return outputs.size() - 1;
    }

    final List<Hook> hooks() {
        return hooks;
    }

    @Override
    public String toString() {
        return name;
    }
}
