// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A tensor that a node needs for its backward; refuses to hand it out once it was written to or let go. */
public final class SavedTensor {
    private final String producer;
    private final int expectedVersion;
    private final Ownership ownership;
    private @Nullable Tensor tensor;

    /** Whether others can hold the tensor too. */
    public enum Ownership {
        /** An input or output of the op: only the reference is dropped. */
        SHARED,
        /** Made by the op for its backward alone: freed with the node. */
        INTERNAL
    }

    /**
     * @param producer name of the op whose result the tensor is, for messages
     * @param expectedVersion version that backward must find
     */
    public SavedTensor(Tensor tensor, String producer, int expectedVersion, Ownership ownership) {
        this.tensor = tensor.detached();
        this.producer = producer;
        this.expectedVersion = expectedVersion;
        this.ownership = ownership;
    }

    /**
     * The tensor as it was saved.
     *
     * @throws IllegalStateException if it was written in place since, or dropped after a first backward
     */
    public Tensor unpack() {
        Tensor saved = tensor;
        if (saved == null) {
            throw new IllegalStateException("Cannot run backward: trying to backward through the graph a second time,"
                    + " its saved tensors are freed, expected a first backward; retain the graph the first time");
        }
        if (saved.version() != expectedVersion) {
            throw new IllegalStateException("Cannot run backward: a tensor needed for the gradient was modified by an"
                    + " in-place operation: " + saved.dtype() + " " + saved.shape() + ", " + producer
                    + ", is at version " + saved.version() + "; expected version " + expectedVersion
                    + "; write to a copy instead");
        }
        return saved;
    }

    /** Drops the tensor, and frees it if it is internal. */
    public void release() {
        Tensor saved = tensor;
        tensor = null;
        if (saved != null && ownership == Ownership.INTERNAL) {
            saved.close();
        }
    }
}
