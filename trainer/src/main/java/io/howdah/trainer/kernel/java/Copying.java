// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Copies elements between layouts without looking at them; transposes in tiles that fit into the nearest cache. */
final class Copying {
    private static final int TILE = 32;

    private Copying() {}

    static void copy(Tensor in, Tensor out) {
        Tensor[] ordered = Layouts.inOrderOfFirst(out, in);
        Tensor to = ordered[0];
        Tensor from = ordered[1];
        int last = to.shape().rank() - 1;
        int fastest = fastest(from);
        if (fastest >= 0 && fastest != last && to.size(last) >= TILE && from.size(fastest) >= TILE) {
            transpose(from, to, fastest);
        } else {
            int bytes = in.dtype().bytes();
            Strided.inParallel((addresses, steps, count) -> run(bytes, addresses, steps, count), from, to);
        }
    }

    /** The dimension in which neighbours touch, unless that is the last one; −1 if there is none. */
    private static int fastest(Tensor tensor) {
        for (int d = tensor.shape().rank() - 1; d >= 0; d--) {
            if (tensor.size(d) != 1 && tensor.stride(d) == 1) {
                return d;
            }
        }
        return -1;
    }

    private static void run(int bytes, long[] addresses, long[] steps, long count) {
        if (steps[0] == bytes && steps[1] == bytes) {
            Memory.copy(addresses[0], addresses[1], count * bytes);
        } else {
            elements(bytes, addresses[0], steps[0], addresses[1], steps[1], count);
        }
    }

    private static void elements(int bytes, long from, long fromStep, long to, long toStep, long count) {
        switch (bytes) {
            case 8 -> {
                for (long i = 0; i < count; i++) {
                    Memory.putLong(to + i * toStep, Memory.getLong(from + i * fromStep));
                }
            }
            case 4 -> {
                for (long i = 0; i < count; i++) {
                    Memory.putInt(to + i * toStep, Memory.getInt(from + i * fromStep));
                }
            }
            case 2 -> {
                for (long i = 0; i < count; i++) {
                    Memory.putShort(to + i * toStep, Memory.getShort(from + i * fromStep));
                }
            }
            default -> {
                for (long i = 0; i < count; i++) {
                    Memory.putByte(to + i * toStep, Memory.getByte(from + i * fromStep));
                }
            }
        }
    }

    /** One element; for loops that jump. */
    static void element(int bytes, long from, long to) {
        switch (bytes) {
            case 8 -> Memory.putLong(to, Memory.getLong(from));
            case 4 -> Memory.putInt(to, Memory.getInt(from));
            case 2 -> Memory.putShort(to, Memory.getShort(from));
            default -> Memory.putByte(to, Memory.getByte(from));
        }
    }

    /** Copies planes of the fastest dimension of the source and the last one of the target, band by band. */
    private static void transpose(Tensor from, Tensor to, int fastest) {
        long rows = from.size(fastest) / TILE * TILE;
        int bytes = from.dtype().bytes();
        long[] jumps = {from.stride(-1) * bytes, to.stride(fastest) * bytes, to.stride(-1) * bytes};
        long columns = to.size(-1);
        Strided.inParallel(
                (addresses, steps, count) -> {
                    for (long i = 0; i < count; i++) {
                        band(bytes, addresses[0] + i * steps[0], addresses[1] + i * steps[1], jumps, columns);
                    }
                },
                bands(from, fastest, rows / TILE),
                bands(to, fastest, rows / TILE));
        if (rows < from.size(fastest)) {
            Strided.inParallel(
                    (addresses, steps, count) -> run(bytes, addresses, steps, count),
                    from(from, fastest, rows),
                    from(to, fastest, rows));
        }
    }

    private static void band(int bytes, long from, long to, long[] jumps, long columns) {
        for (long column = 0; column < columns; column += TILE) {
            long width = Math.min(TILE, columns - column);
            for (long row = 0; row < TILE; row++) {
                long source = from + row * bytes + column * jumps[0];
                long target = to + row * jumps[1] + column * jumps[2];
                elements(bytes, source, jumps[0], target, jumps[2], width);
            }
        }
    }

    /** The first elements of all bands of rows. */
    private static Tensor bands(Tensor tensor, int fastest, long count) {
        long[] sizes = tensor.shape().sizes();
        long[] strides = tensor.strides();
        sizes[sizes.length - 1] = 1;
        sizes[fastest] = count;
        strides[fastest] *= TILE;
        return tensor.subview(Shape.of(sizes), strides, 0);
    }

    /** The rows that do not fill a band. */
    private static Tensor from(Tensor tensor, int fastest, long start) {
        long[] sizes = tensor.shape().sizes();
        sizes[fastest] -= start;
        return tensor.subview(Shape.of(sizes), tensor.strides(), start * tensor.stride(fastest));
    }
}
