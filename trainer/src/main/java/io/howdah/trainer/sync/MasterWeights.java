// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.util.BitSet;

/** The FP32 weights of a range, by chunk. */
final class MasterWeights {
    private final ShardRange range;
    private final WireKernel kernel;
    private final WireFormat format = new WireFormat();
    private final float[][] chunks;
    private final BitSet loaded = new BitSet();
    private long loadedElements;

    MasterWeights(ShardRange range, WireKernel kernel) {
        this.range = range;
        this.kernel = kernel;
        this.chunks = new float[range.chunks()][];
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            chunks[chunk] = new float[range.chunkSize(chunk)];
        }
    }

    /** The weights themselves, which an optimiser moves. */
    float[][] arrays() {
        return chunks;
    }

    /** Takes the first weights of a chunk, all of them. */
    void load(int chunk, ByteBuffer weights) {
        float[] master = chunks[chunk];
        float[] block = new float[WireFormat.BLOCK];
        for (int start = 0; start < master.length; start += WireFormat.BLOCK) {
            int count = Math.min(WireFormat.BLOCK, master.length - start);
            format.decode(DType.FLOAT32, weights, start, block, count);
            System.arraycopy(block, 0, master, start, count);
        }
        if (!loaded.get(chunk)) {
            loaded.set(chunk);
            loadedElements += master.length;
        }
    }

    /** Whether every chunk was loaded. */
    boolean isLoaded() {
        return loadedElements == range.elements();
    }

    /** Appends the flat elements [{@code from}, {@code to}) to {@code into}, rounded to {@code dtype}. */
    void read(long from, long to, DType dtype, ByteBuffer into) {
        WireFormat.check(dtype);
        if (from < range.from() || to > range.to() || from > to) {
            throw new IllegalArgumentException("Cannot read weights: from=" + from + " to=" + to + ", expected inside "
                    + range.from() + " to " + range.to() + "; all processes must use one parameter table");
        }
        for (long element = from; element < to; ) {
            int chunk = range.chunkAt(element);
            int start = (int) (element - range.chunkFrom(chunk));
            int count = (int) (Math.min(to, range.chunkTo(chunk)) - element);
            kernel.encode(dtype, chunks[chunk], start, count, into);
            element += count;
        }
    }
}
