// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.VectorModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The arithmetic between the wire's dtypes and FP32. All kernels give the same bits. Used by one thread.
 */
public interface WireKernel {
    /** Most sources of one call. */
    int SOURCES = 8;

    /**
     * One gradient of a chunk.
     *
     * @param dtype float32, bfloat16 or float16
     * @param bytes all elements, little-endian, from position 0
     * @param factor what each element is multiplied with
     */
    record Source(DType dtype, ByteBuffer bytes, float factor) {
        public Source {
            WireFormat.check(dtype);
            bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Whether the sums begin with the first source or exist already. */
    enum Start {
        FRESH,
        EXISTING
    }

    /**
     * Adds one to {@link #SOURCES} sources to {@code sums}: for each element sum = sum + factor · gradient, source after
     * source, each product and each sum rounded by itself.
     */
    void add(List<Source> sources, Start start, float[] sums);

    /**
     * Appends {@code count} elements from {@code start} on, rounded to nearest even.
     *
     * @param into little-endian; its position moves behind them
     */
    void encode(DType dtype, float[] from, int start, int count, ByteBuffer into);

    /** The fastest one that this JVM has. */
    static WireKernel best() {
        return Choice.vectors() ? new VectorKernel() : new PlainKernel();
    }

    /** Made once per process, so that it is logged once. */
    final class Choice {
        private static final Logger LOG = LoggerFactory.getLogger(WireKernel.class);
        private static final boolean VECTORS = find();

        private Choice() {}

        static boolean vectors() {
            return VECTORS;
        }

        private static boolean find() {
            boolean present = VectorModule.isPresent();
            LOG.info(
                    "Wire arithmetic: {}",
                    present
                            ? "vector instructions"
                            : "plain loops; --add-modules=jdk.incubator.vector has faster ones");
            return present;
        }
    }
}
