// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;

/**
 * A gradient on its way through the graph. It counts who refers to its storage, because Java cannot tell: the engine
 * frees the storage with the last reference, and whoever holds the only one may write to it or keep it.
 */
public final class Gradient {
    private final Tensor tensor;
    private final Buffer buffer;

    private Gradient(Tensor tensor, Buffer buffer) {
        this.tensor = tensor;
        this.buffer = buffer;
    }

    /** A gradient whose storage was made for it; the engine frees it. */
    public static Gradient of(Tensor fresh) {
        return new Gradient(fresh, new Buffer(fresh, 0));
    }

    /** A gradient whose storage belongs to the caller; the engine neither writes to it nor frees it. */
    static Gradient borrowed(Tensor tensor) {
        // The caller's own reference, which is never given up.
        return new Gradient(tensor, new Buffer(tensor, 1));
    }

    /** A gradient that is a view of this one. */
    public Gradient as(Tensor view) {
        return new Gradient(view, buffer);
    }

    public Tensor tensor() {
        return tensor;
    }

    Gradient retain() {
        buffer.references++;
        return this;
    }

    void release() {
        buffer.references--;
        if (buffer.references == 0) {
            buffer.owner.close();
        }
    }

    /** Whether the caller, who holds one reference, is the only one. */
    boolean isExclusive() {
        return buffer.references == 1;
    }

    private static final class Buffer {
        private final Tensor owner;
        private int references;

        Buffer(Tensor owner, int references) {
            this.owner = owner;
            this.references = references;
        }
    }
}
