// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link WireKernel} by the vector instructions of the JDK's incubating module; bfloat16 is widened by a shift. A stripe
 * of every source is copied into the nearest cache first, which is faster than vectors from byte buffers, and then the sources
 * of each vector are added up in a register.
 */
final class VectorKernel implements WireKernel {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();
    private static final int BLOCK = WireFormat.BLOCK;

    /** Elements of each source that are added up at a time: all of them together stay in the nearest cache. */
    private static final int STRIPE = 256;

    private static final int HIGH_HALF = 16;
    private static final int ALMOST_HALF = 0x7fff;
    private static final int MAGNITUDE = 0x7fff_ffff;
    private static final int INFINITE = 0x7f80_0000;
    private static final int QUIET = 0x0040;

    private final PlainKernel plain = new PlainKernel();
    private final WireFormat format = new WireFormat();
    private final short[] halves = new short[Math.max(SOURCES * STRIPE, BLOCK)];
    private final float[] floats = new float[SOURCES * STRIPE];
    private final float[] block = new float[BLOCK];
    private final float[] factors = new float[SOURCES];

    @Override
    public void add(List<Source> sources, Start start, float[] sums) {
        int count = sources.size();
        boolean narrow = true;
        for (int i = 0; i < count; i++) {
            factors[i] = sources.get(i).factor();
            narrow &= sources.get(i).dtype() == DType.BFLOAT16;
        }
        boolean fresh = start == Start.FRESH;
        if (narrow) {
            addNarrow(sources, sums, fresh);
            return;
        }
        for (int from = 0; from < sums.length; from += STRIPE) {
            int elements = Math.min(STRIPE, sums.length - from);
            for (int i = 0; i < count; i++) {
                load(sources.get(i), from, i * STRIPE, elements);
            }
            addFloats(count, sums, from, elements, fresh);
        }
    }

    private void addNarrow(List<Source> sources, float[] sums, boolean fresh) {
        int count = sources.size();
        ShortBuffer[] shorts = new ShortBuffer[count];
        for (int i = 0; i < count; i++) {
            shorts[i] = sources.get(i).bytes().asShortBuffer();
        }
        for (int from = 0; from < sums.length; from += STRIPE) {
            int elements = Math.min(STRIPE, sums.length - from);
            for (int i = 0; i < count; i++) {
                shorts[i].get(from, halves, i * STRIPE, elements);
            }
            addHalves(count, sums, from, elements, fresh);
        }
    }

    private void load(Source source, int from, int at, int elements) {
        if (source.dtype() == DType.FLOAT32) {
            source.bytes().asFloatBuffer().get(from, floats, at, elements);
        } else {
            format.decode(source.dtype(), source.bytes(), from, block, elements);
            System.arraycopy(block, 0, floats, at, elements);
        }
    }

    private void addHalves(int sources, float[] sums, int from, int elements, boolean fresh) {
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            int first = fresh ? 1 : 0;
            FloatVector sum = fresh ? widened(i).mul(factors[0]) : FloatVector.fromArray(FLOATS, sums, from + i);
            for (int source = first; source < sources; source++) {
                sum = sum.add(widened(source * STRIPE + i).mul(factors[source]));
            }
            sum.intoArray(sums, from + i);
        }
        for (; i < elements; i++) {
            float sum = sums[from + i];
            for (int source = 0; source < sources; source++) {
                float value = factors[source] * Float.intBitsToFloat(halves[source * STRIPE + i] << HIGH_HALF);
                sum = fresh && source == 0 ? value : sum + value;
            }
            sums[from + i] = sum;
        }
    }

    private FloatVector widened(int at) {
        return ((IntVector) ShortVector.fromArray(SHORTS, halves, at).convertShape(VectorOperators.S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, HIGH_HALF)
                .reinterpretAsFloats();
    }

    private void addFloats(int sources, float[] sums, int from, int elements, boolean fresh) {
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            int first = fresh ? 1 : 0;
            FloatVector sum = fresh
                    ? FloatVector.fromArray(FLOATS, floats, i).mul(factors[0])
                    : FloatVector.fromArray(FLOATS, sums, from + i);
            for (int source = first; source < sources; source++) {
                sum = sum.add(FloatVector.fromArray(FLOATS, floats, source * STRIPE + i)
                        .mul(factors[source]));
            }
            sum.intoArray(sums, from + i);
        }
        for (; i < elements; i++) {
            float sum = sums[from + i];
            for (int source = 0; source < sources; source++) {
                float value = factors[source] * floats[source * STRIPE + i];
                sum = fresh && source == 0 ? value : sum + value;
            }
            sums[from + i] = sum;
        }
    }

    @Override
    public void encode(DType dtype, float[] from, int start, int count, ByteBuffer into) {
        if (dtype != DType.BFLOAT16) {
            plain.encode(dtype, from, start, count, into);
            return;
        }
        for (int done = 0; done < count; done += BLOCK) {
            int elements = Math.min(BLOCK, count - done);
            narrow(from, start + done, elements);
            into.duplicate().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(halves, 0, elements);
            into.position(into.position() + elements * Short.BYTES);
        }
    }

    /** Rounds to bfloat16; what is not a number stays so, whatever of it is cut off. */
    private void narrow(float[] from, int start, int elements) {
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, from, start + i).reinterpretAsInts();
            IntVector high = bits.lanewise(VectorOperators.LSHR, HIGH_HALF);
            IntVector rounded = bits.add(ALMOST_HALF).add(high.and(1)).lanewise(VectorOperators.LSHR, HIGH_HALF);
            IntVector result = rounded.blend(high.or(QUIET), bits.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE));
            ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(halves, i);
        }
        for (; i < elements; i++) {
            halves[i] = HalfFloats.toBfloat16(from[start + i]);
        }
    }
}
