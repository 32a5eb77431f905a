// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A gradient on its way through the graph. It counts who refers to its storage, because Java cannot tell: the engine
 * frees the storage with the last reference, and whoever holds the only one may write to it or keep it.
 */
final class Gradient {
    private final Tensor tensor;
    private final @Nullable SparseRows sparse;
    private final Buffer buffer;

    private Gradient(Tensor tensor, @Nullable SparseRows sparse, Buffer buffer) {
        this.tensor = tensor;
        this.sparse = sparse;
        this.buffer = buffer;
    }

    /** A gradient whose storage was made for it; the caller holds one reference and the engine frees it. */
    static Gradient owned(Tensor fresh) {
        return new Gradient(fresh, null, new Buffer(fresh, 1));
    }

    /** A gradient in sparse form; the caller holds one reference. */
    static Gradient sparse(SparseRows rows) {
        return new Gradient(rows.values(), rows, new Buffer(null, 1));
    }

    /** A gradient whose storage belongs to the caller; the engine neither writes to it nor frees it. */
    static Gradient borrowed(Tensor tensor) {
        return new Gradient(tensor, null, new Buffer(null, 1));
    }

    /** A gradient that shares the storage of this one; one more reference. */
    Gradient sharing(Tensor view) {
        buffer.references++;
        return new Gradient(view, null, buffer);
    }

    /** The values; of a sparse gradient only its rows' values. */
    Tensor tensor() {
        return tensor;
    }

    @Nullable
    SparseRows sparse() {
        return sparse;
    }

    /** Ends one reference. */
    void release() {
        buffer.references--;
        if (buffer.references == 0 && buffer.owner != null) {
            buffer.owner.close();
        } else if (buffer.references == 0 && sparse != null) {
            sparse.close();
        }
    }

    /** Lets the storage live on when the last reference goes: someone outside the engine refers to it. */
    void escape() {
        buffer.references++;
    }

    /** Whether the caller, who holds one reference, is the only one that refers to the storage. */
    boolean isExclusive() {
        return buffer.owner != null && buffer.references == 1;
    }

    private static final class Buffer {
        private final @Nullable Tensor owner;
        private int references;

        Buffer(@Nullable Tensor owner, int references) {
            this.owner = owner;
            this.references = references;
        }
    }
}
