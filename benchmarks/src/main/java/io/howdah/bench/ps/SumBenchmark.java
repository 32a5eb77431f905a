// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import io.howdah.bench.Measurement;
import io.howdah.trainer.sync.WireKernel;
import io.howdah.trainer.sync.WireKernel.Source;
import io.howdah.trainer.sync.WireKernel.Start;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Philox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Sums of several slices of a gradient, chunk after chunk, on one core and from memory: no chunk is used twice in a row. */
final class SumBenchmark {
    /** Elements of a chunk: 1 MiB in 16 bits. */
    private static final int ELEMENTS = 1 << 19;

    /** Far more than any cache holds. */
    private static final int CHUNKS = 48;

    private final int slices;
    private final DType dtype;
    private final List<List<Source>> chunks = new ArrayList<>();
    private final float[] sums = new float[ELEMENTS];
    private final WireKernel kernel = WireKernel.best();

    /** @param dtype bfloat16 or float32 */
    SumBenchmark(int slices, DType dtype) {
        this.slices = slices;
        this.dtype = dtype;
        Philox random = new Philox(1, 0);
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            List<Source> sources = new ArrayList<>();
            for (int slice = 0; slice < slices; slice++) {
                ByteBuffer bytes =
                        ByteBuffer.allocateDirect(ELEMENTS * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                fill(bytes, random);
                sources.add(new Source(dtype, bytes.clear(), 0.5f));
            }
            chunks.add(sources);
        }
    }

    /** As gradients are; numbers near 0, which processors add slowly, hardly occur among them. */
    private void fill(ByteBuffer bytes, Philox random) {
        while (bytes.hasRemaining()) {
            float value = (float) (1e-3 * (random.nextDouble() + 0.01));
            if (dtype == DType.BFLOAT16) {
                bytes.putShort(HalfFloats.toBfloat16(value));
            } else {
                bytes.putFloat(value);
            }
        }
    }

    /** Wire bytes per second, in 10⁹. */
    double gigabytesPerSecond(double seconds) {
        double median =
                Measurement.median(() -> chunks.forEach(chunk -> kernel.add(chunk, Start.FRESH, sums)), seconds);
        return (double) CHUNKS * slices * ELEMENTS * dtype.bytes() / median / 1e9;
    }
}
