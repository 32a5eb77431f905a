// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.ref.Reference;
import java.util.function.LongConsumer;

/** Reads and writes single elements of any dtype; for tests, conversions and other places where speed is no matter. */
public final class Elements {
    private Elements() {}

    /** The element at {@code address}; int64 beyond 2^53 loses precision. */
    public static double get(DType dtype, long address) {
        return switch (dtype) {
            case FLOAT64 -> Memory.getDouble(address);
            case FLOAT32 -> Memory.getFloat(address);
            case FLOAT16 -> HalfFloats.fromFloat16(Memory.getShort(address));
            case BFLOAT16 -> HalfFloats.fromBfloat16(Memory.getShort(address));
            case INT64 -> Memory.getLong(address);
            case INT32 -> Memory.getInt(address);
            case UINT8 -> Memory.getByte(address) & 0xff;
            case BOOL -> Memory.getByte(address);
        };
    }

    /** The integral element at {@code address}. */
    public static long getLong(DType dtype, long address) {
        return switch (dtype) {
            case INT64 -> Memory.getLong(address);
            case INT32 -> Memory.getInt(address);
            case UINT8 -> Memory.getByte(address) & 0xff;
            case BOOL -> Memory.getByte(address);
            case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 ->
                throw new IllegalArgumentException("Cannot read integer: dtype=" + dtype
                        + ", expected an integral dtype; convert the tensor first");
        };
    }

    /** Writes {@code value}, rounded to the dtype (integers truncate). */
    public static void put(DType dtype, long address, double value) {
        switch (dtype) {
            case FLOAT64 -> Memory.putDouble(address, value);
            case FLOAT32 -> Memory.putFloat(address, (float) value);
            case FLOAT16 -> Memory.putShort(address, HalfFloats.toFloat16(HalfFloats.narrowed(value)));
            case BFLOAT16 -> Memory.putShort(address, HalfFloats.toBfloat16(HalfFloats.narrowed(value)));
            case INT64 -> Memory.putLong(address, (long) value);
            case INT32 -> Memory.putInt(address, (int) value);
            case UINT8 -> Memory.putByte(address, (byte) (long) value);
            case BOOL -> Memory.putByte(address, (byte) (value != 0 ? 1 : 0));
        }
    }

    /** Writes {@code value} to an integral or logical element, keeping its low bits (bool: whether it is not 0). */
    public static void putLong(DType dtype, long address, long value) {
        switch (dtype) {
            case INT64 -> Memory.putLong(address, value);
            case INT32 -> Memory.putInt(address, (int) value);
            case UINT8 -> Memory.putByte(address, (byte) value);
            case BOOL -> Memory.putByte(address, (byte) (value != 0 ? 1 : 0));
            case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 ->
                throw new IllegalArgumentException("Cannot write integer: dtype=" + dtype
                        + ", expected an integral dtype; convert the tensor first");
        }
    }

    /** Visits the address of every element in row-major order. */
    public static void forEach(Tensor tensor, LongConsumer visitor) {
        if (tensor.shape().rank() == 0) {
            visitor.accept(tensor.address());
        } else if (tensor.elements() > 0) {
            visit(tensor, tensor.strides(), 0, tensor.address(), visitor);
        }
        Reference.reachabilityFence(tensor);
    }

    private static void visit(Tensor tensor, long[] strides, int dimension, long address, LongConsumer visitor) {
        long step = strides[dimension] * tensor.dtype().bytes();
        long size = tensor.size(dimension);
        boolean last = dimension == strides.length - 1;
        for (long i = 0; i < size; i++) {
            if (last) {
                visitor.accept(address + i * step);
            } else {
                visit(tensor, strides, dimension + 1, address + i * step, visitor);
            }
        }
    }
}
