// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Copies between arrays of floats and contiguous tensors of float32, bfloat16 or float16, rounding to nearest even. */
final class FloatCopies {
    /** Elements that are copied faster one by one than by a call. */
    private static final int FEW = 64;

    private FloatCopies() {}

    static boolean fits(DType dtype) {
        return dtype == DType.FLOAT32 || dtype == DType.BFLOAT16 || dtype == DType.FLOAT16;
    }

    /** A contiguous copy of {@code tensor}, which the caller closes. */
    static Tensor contiguous(Tensor tensor) {
        Tensor copy = Tensor.empty(tensor.dtype(), tensor.shape());
        Backends.current().convert(tensor, copy);
        return copy;
    }

    static void load(Tensor tensor, long element, float[] into, int at, int count) {
        long address = tensor.address() + element * tensor.dtype().bytes();
        if (tensor.dtype() == DType.FLOAT32 && count > FEW) {
            Memory.copy(address, into, at, count);
        } else if (tensor.dtype() == DType.FLOAT32) {
            for (int i = 0; i < count; i++) {
                into[at + i] = Memory.getFloat(address + 4L * i);
            }
        } else if (tensor.dtype() == DType.BFLOAT16) {
            for (int i = 0; i < count; i++) {
                into[at + i] = HalfFloats.fromBfloat16(Memory.getShort(address + 2L * i));
            }
        } else {
            for (int i = 0; i < count; i++) {
                into[at + i] = HalfFloats.fromFloat16(Memory.getShort(address + 2L * i));
            }
        }
        Reference.reachabilityFence(tensor);
    }

    /** Adds elements of a tensor to the first {@code count} of an array. */
    static void add(Tensor tensor, long element, float[] sums, int count) {
        float[] terms = new float[count];
        load(tensor, element, terms, 0, count);
        for (int i = 0; i < count; i++) {
            sums[i] += terms[i];
        }
    }

    static void store(float[] from, int at, Tensor tensor, long element, int count) {
        long address = tensor.address() + element * tensor.dtype().bytes();
        if (tensor.dtype() == DType.FLOAT32 && count > FEW) {
            Memory.copy(from, at, address, count);
        } else if (tensor.dtype() == DType.FLOAT32) {
            for (int i = 0; i < count; i++) {
                Memory.putFloat(address + 4L * i, from[at + i]);
            }
        } else if (tensor.dtype() == DType.BFLOAT16) {
            for (int i = 0; i < count; i++) {
                Memory.putShort(address + 2L * i, HalfFloats.toBfloat16(from[at + i]));
            }
        } else {
            for (int i = 0; i < count; i++) {
                Memory.putShort(address + 2L * i, HalfFloats.toFloat16(from[at + i]));
            }
        }
        Reference.reachabilityFence(tensor);
    }
}
