// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;

/** Runs elementwise loops over chunks of tensors of one shape, in parallel where there is much to do. */
final class Elementwise {
    static final int CHUNK = 1024;

    private static final Straight[] NONE = {};

    /** A loop over chunks whose result replaces the first operand. */
    @FunctionalInterface
    interface Floats {
        void run(float[][] operands, int count);
    }

    /** A loop over chunks whose result replaces the first operand. */
    @FunctionalInterface
    interface Doubles {
        void run(double[][] operands, int count);
    }

    /** A loop over chunks whose result replaces the first operand. */
    @FunctionalInterface
    interface Longs {
        void run(long[][] operands, int count);
    }

    private Elementwise() {}

    /** In binary32, for dtypes of at most that precision. */
    static void floats(Floats loop, Tensor out, Tensor... inputs) {
        Tensor[] tensors = Layouts.inOrderOfFirst(out, inputs);
        Straight[] copies = straighten(tensors);
        Parallel.ranges(out.elements(), Parallel.GRAIN, (start, end) -> {
            Cursor[] cursors = cursors(tensors, start);
            float[][] operands = new float[inputs.length][];
            for (int i = 0; i < operands.length; i++) {
                operands[i] = new float[(int) Math.min(CHUNK, end - start)];
            }
            for (long done = start; done < end; done += CHUNK) {
                int count = (int) Math.min(CHUNK, end - done);
                for (int i = 0; i < operands.length; i++) {
                    cursors[i + 1].read(operands[i], count);
                }
                loop.run(operands, count);
                cursors[0].write(operands[0], count);
            }
        });
        close(copies);
    }

    /** In binary64. */
    static void doubles(Doubles loop, Tensor out, Tensor... inputs) {
        Tensor[] tensors = Layouts.inOrderOfFirst(out, inputs);
        Straight[] copies = straighten(tensors);
        Parallel.ranges(out.elements(), Parallel.GRAIN, (start, end) -> {
            Cursor[] cursors = cursors(tensors, start);
            double[][] operands = new double[inputs.length][];
            for (int i = 0; i < operands.length; i++) {
                operands[i] = new double[(int) Math.min(CHUNK, end - start)];
            }
            for (long done = start; done < end; done += CHUNK) {
                int count = (int) Math.min(CHUNK, end - done);
                for (int i = 0; i < operands.length; i++) {
                    cursors[i + 1].read(operands[i], count);
                }
                loop.run(operands, count);
                cursors[0].write(operands[0], count);
            }
        });
        close(copies);
    }

    /** In 64-bit integers, for integral dtypes and bool. */
    static void longs(Longs loop, Tensor out, Tensor... inputs) {
        Tensor[] tensors = Layouts.inOrderOfFirst(out, inputs);
        Straight[] copies = straighten(tensors);
        Parallel.ranges(out.elements(), Parallel.GRAIN, (start, end) -> {
            Cursor[] cursors = cursors(tensors, start);
            long[][] operands = new long[inputs.length][];
            for (int i = 0; i < operands.length; i++) {
                operands[i] = new long[(int) Math.min(CHUNK, end - start)];
            }
            for (long done = start; done < end; done += CHUNK) {
                int count = (int) Math.min(CHUNK, end - done);
                for (int i = 0; i < operands.length; i++) {
                    cursors[i + 1].read(operands[i], count);
                }
                loop.run(operands, count);
                cursors[0].write(operands[0], count);
            }
        });
        close(copies);
    }

    /** Replaces inputs by copies where reading them as they are would be slow. */
    private static Straight[] straighten(Tensor[] tensors) {
        if (tensors[0].elements() < Parallel.GRAIN) {
            return NONE;
        }
        Straight[] copies = new Straight[tensors.length - 1];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = Straight.of(tensors[i + 1]);
            tensors[i + 1] = copies[i].tensor();
        }
        return copies;
    }

    private static void close(Straight[] copies) {
        for (Straight copy : copies) {
            copy.close();
        }
    }

    private static Cursor[] cursors(Tensor[] tensors, long start) {
        Cursor[] cursors = new Cursor[tensors.length];
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = new Cursor(tensors[i], start);
        }
        return cursors;
    }
}
