// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;

/** Looks for infinities and NaNs: elements whose exponent bits are all set. */
final class Finiteness {
    private Finiteness() {}

    static boolean isFinite(Tensor in) {
        DType dtype = in.dtype();
        boolean[] finite = {true};
        Strided.forEachRun(
                (addresses, steps, count) -> {
                    for (long i = 0; i < count && finite[0]; i++) {
                        finite[0] = isFinite(dtype, addresses[0] + i * steps[0]);
                    }
                },
                in);
        return finite[0];
    }

    private static boolean isFinite(DType dtype, long address) {
        return switch (dtype) {
            case FLOAT32 -> (Memory.getInt(address) & 0x7f80_0000) != 0x7f80_0000;
            case BFLOAT16 -> (Memory.getShort(address) & 0x7f80) != 0x7f80;
            case FLOAT16 -> (Memory.getShort(address) & 0x7c00) != 0x7c00;
            default -> Double.isFinite(Elements.get(dtype, address));
        };
    }
}
