// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The FP32 weights behind a parameter, in chunks that are long enough for the processor to fetch ahead. A float32 parameter is its own master; one of
 * 16 bits has masters here and is written anew, rounded, after each update.
 */
final class MasterWeights {
    /** Elements of a chunk. */
    static final int CHUNK = 1 << 15;

    private final Tensor parameter;
    private final int elements;
    private final float @Nullable [][] masters;

    /** Version of the parameter whose values the masters have. */
    private int version;

    MasterWeights(Tensor parameter) {
        this.parameter = parameter;
        this.elements = Math.toIntExact(parameter.elements());
        this.masters = parameter.dtype() == DType.FLOAT32 ? null : chunks(elements, 0);
        read();
    }

    /** Arrays for {@code elements} values, all {@code value}. */
    static float[][] chunks(int elements, float value) {
        float[][] chunks = new float[(elements + CHUNK - 1) / CHUNK][];
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            chunks[chunk] = new float[Math.min(CHUNK, elements - chunk * CHUNK)];
            Arrays.fill(chunks[chunk], value);
        }
        return chunks;
    }

    float @Nullable [][] masters() {
        return masters;
    }

    int elements() {
        return elements;
    }

    int chunks() {
        return (elements + CHUNK - 1) / CHUNK;
    }

    int size(int chunk) {
        return Math.min(CHUNK, elements - chunk * CHUNK);
    }

    /** Takes over what others have written to the parameter since the last update. */
    void refresh() {
        if (masters != null && parameter.version() != version) {
            read();
        }
    }

    private void read() {
        if (masters != null) {
            for (int chunk = 0; chunk < masters.length; chunk++) {
                FloatCopies.load(parameter, (long) chunk * CHUNK, masters[chunk], 0, masters[chunk].length);
            }
        }
        version = parameter.version();
    }

    /** Notes that the parameter has been written by an update, or that the masters have been set to fit it. */
    void settle() {
        version = parameter.version();
    }

    /** An array that holds the weights [{@code from}, {@code to}) of a chunk at these places. */
    float[] borrow(int chunk, int from, int to, float[] spare) {
        if (masters != null) {
            return masters[chunk];
        }
        FloatCopies.load(parameter, (long) chunk * CHUNK + from, spare, from, to - from);
        return spare;
    }

    /** Writes what was {@linkplain #borrow borrowed} to the parameter. */
    void giveBack(int chunk, int from, int to, float[] weights) {
        FloatCopies.store(weights, from, parameter, (long) chunk * CHUNK + from, to - from);
    }

    /** Copies the weights from element {@code element} on into an array. */
    void load(int element, float[] into, int at, int count) {
        if (masters == null) {
            FloatCopies.load(parameter, element, into, at, count);
            return;
        }
        for (int done = 0; done < count; ) {
            int start = (element + done) % CHUNK;
            int length = Math.min(count - done, CHUNK - start);
            System.arraycopy(masters[(element + done) / CHUNK], start, into, at + done, length);
            done += length;
        }
    }

    /** Sets the weights from element {@code element} on. */
    void store(float[] from, int at, int element, int count) {
        FloatCopies.store(from, at, parameter, element, count);
        for (int done = 0; masters != null && done < count; ) {
            int start = (element + done) % CHUNK;
            int length = Math.min(count - done, CHUNK - start);
            System.arraycopy(from, at + done, masters[(element + done) / CHUNK], start, length);
            done += length;
        }
    }

    /** Does something with every chunk, in parallel: gives its first element and length. */
    void forEachChunk(ChunkVisitor visitor) {
        IntStream.range(0, chunks()).parallel().forEach(chunk -> visitor.visit(chunk * CHUNK, size(chunk)));
    }

    /** Handles the {@code count} elements from {@code element} on. */
    @FunctionalInterface
    interface ChunkVisitor {
        void visit(int element, int count);
    }
}
