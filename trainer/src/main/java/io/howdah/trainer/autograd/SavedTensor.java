// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A tensor that a node needs for its backward; refuses to hand it out once it was written to or let go. */
public final class SavedTensor {
    /** Stands for the output numbers of saved tensors that are not outputs of their own node. */
    private static final int NO_OUTPUT = -1;

    private final int expectedVersion;
    private final @Nullable Edge edge;
    private final int output;
    private final Checkpoint.@Nullable Slot slot;
    private @Nullable Tensor tensor;

    private SavedTensor(Tensor tensor, int expectedVersion, @Nullable Edge edge, int output) {
        this.expectedVersion = expectedVersion;
        this.edge = edge;
        this.output = output;
        Checkpoint.Recorder recorder = Checkpoint.recorder();
        this.slot = recorder == null ? null : recorder.record(tensor);
        if (slot == null) {
            tensor.save();
            this.tensor = tensor;
        }
    }

    /**
     * Saves an input of a node.
     *
     * @param version version at which the op read it
     * @param edge where its gradient flows to, or null
     */
    public static SavedTensor input(Tensor input, int version, @Nullable Edge edge) {
        return new SavedTensor(input.detached(), version, edge, NO_OUTPUT);
    }

    /** Saves a copy, made for the backward alone, of an input that the op overwrites; {@code edge} is that input's. */
    public static SavedTensor copyOfInput(Tensor copy, @Nullable Edge edge) {
        SavedTensor saved = new SavedTensor(copy.detached(), copy.version(), edge, NO_OUTPUT);
        if (!copy.hide()) {
            copy.close();
        }
        return saved;
    }

    /**
     * Saves an output of the node that will be given to {@link #unpack}.
     *
     * @param version version of the output once the op is done
     */
    public static SavedTensor output(Tensor tensor, int output, int version) {
        return new SavedTensor(tensor.detached(), version, null, output);
    }

    /** Saves a tensor that was made for the backward alone: it is freed with the node. */
    public static SavedTensor internal(Tensor tensor) {
        SavedTensor saved = new SavedTensor(tensor, tensor.version(), null, NO_OUTPUT);
        if (!tensor.hide()) {
            tensor.close();
        }
        return saved;
    }

    /**
     * The tensor as it was saved; connected to the graph if the gradient is being recorded.
     *
     * @throws IllegalStateException if it was written in place since, or dropped after a first backward
     */
    public Tensor unpack(Node owner) {
        Tensor saved = slot == null ? tensor : slot.tensor();
        if (saved == null) {
            throw new IllegalStateException("Cannot run backward: trying to backward through the graph a second time,"
                    + " its saved tensors are freed, expected a first backward; retain the graph the first time");
        }
        if (slot == null && saved.version() != expectedVersion) {
            throw new IllegalStateException("Cannot run backward: one of the variables needed for gradient computation"
                    + " has been modified by an inplace operation: " + saved.dtype() + " " + saved.shape()
                    + ", which is "
                    + source(owner) + ", is at version " + saved.version() + "; expected version " + expectedVersion
                    + " instead; write to a copy, or " + AnomalyMode.advice(owner.origin()));
        }
        if (!GradMode.isEnabled() || edge == null && output == NO_OUTPUT) {
            return saved;
        }
        Tensor connected = saved.detached();
        connected.attach(Variable.result(connected, edge != null ? edge : new Edge(owner, output)));
        return connected;
    }

    private String source(Node owner) {
        if (output != NO_OUTPUT) {
            return "output " + output + " of " + owner.name();
        }
        return edge == null || edge.node() instanceof AccumulateGrad
                ? "an input of " + owner.name()
                : "output " + edge.output() + " of " + edge.node().name();
    }

    /** Drops the tensor, and frees it if nobody else can hold it. */
    public void release() {
        if (slot != null) {
            slot.release();
        } else if (tensor != null) {
            tensor.unsave();
            tensor = null;
        }
    }
}
