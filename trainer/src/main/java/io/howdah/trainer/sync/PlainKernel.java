// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.util.List;

/** {@link WireKernel} by loops over arrays: the specification. */
final class PlainKernel implements WireKernel {
    private final WireFormat format = new WireFormat();
    private final float[] block = new float[WireFormat.BLOCK];

    @Override
    public void add(List<Source> sources, Start start, float[] sums) {
        for (int from = 0; from < sums.length; from += WireFormat.BLOCK) {
            int count = Math.min(WireFormat.BLOCK, sums.length - from);
            boolean fresh = start == Start.FRESH;
            for (Source source : sources) {
                format.decode(source.dtype(), source.bytes(), from, block, count);
                if (fresh) {
                    store(sums, from, count, source.factor());
                } else {
                    accumulate(sums, from, count, source.factor());
                }
                fresh = false;
            }
        }
    }

    private void store(float[] sums, int from, int count, float factor) {
        for (int i = 0; i < count; i++) {
            sums[from + i] = factor * block[i];
        }
    }

    private void accumulate(float[] sums, int from, int count, float factor) {
        for (int i = 0; i < count; i++) {
            sums[from + i] += factor * block[i];
        }
    }

    @Override
    public void encode(DType dtype, float[] from, int start, int count, ByteBuffer into) {
        WireFormat.check(dtype);
        for (int done = 0; done < count; done += WireFormat.BLOCK) {
            format.encode(dtype, from, start + done, Math.min(WireFormat.BLOCK, count - done), into);
        }
    }
}
