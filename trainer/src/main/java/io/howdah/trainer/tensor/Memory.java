// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import sun.misc.Unsafe;

/**
 * Raw access to off-heap memory. Callers check bounds and liveness first ({@link Storage#address}); nothing here does.
 *
 * <p>Why not ByteBuffer accessors: their bounds and scope checks cost more than the arithmetic in an element loop. The
 * foreign-memory API is still incubating in Java 17.
 */
public final class Memory {
    private static final Unsafe UNSAFE = unsafe();
    private static final long BUFFER_ADDRESS = bufferAddressOffset();

    private Memory() {}

    static long addressOf(ByteBuffer direct) {
        return UNSAFE.getLong(direct, BUFFER_ADDRESS);
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static short getShort(long address) {
        return UNSAFE.getShort(address);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    public static float getFloat(long address) {
        return UNSAFE.getFloat(address);
    }

    public static void putFloat(long address, float value) {
        UNSAFE.putFloat(address, value);
    }

    public static double getDouble(long address) {
        return UNSAFE.getDouble(address);
    }

    public static void putDouble(long address, double value) {
        UNSAFE.putDouble(address, value);
    }

    public static void fill(long address, long bytes, byte value) {
        UNSAFE.setMemory(address, bytes, value);
    }

    public static void copy(long from, long to, long bytes) {
        UNSAFE.copyMemory(from, to, bytes);
    }

    /** Copies {@code count} elements of an array to off-heap memory. */
    public static void copy(float[] from, int start, long to, int count) {
        UNSAFE.copyMemory(from, Unsafe.ARRAY_FLOAT_BASE_OFFSET + 4L * start, null, to, 4L * count);
    }

    /** Copies {@code count} elements of off-heap memory into an array. */
    public static void copy(long from, float[] to, int start, int count) {
        UNSAFE.copyMemory(null, from, to, Unsafe.ARRAY_FLOAT_BASE_OFFSET + 4L * start, 4L * count);
    }

    /** Copies {@code count} elements of an array to off-heap memory. */
    public static void copy(double[] from, int start, long to, int count) {
        UNSAFE.copyMemory(from, Unsafe.ARRAY_DOUBLE_BASE_OFFSET + 8L * start, null, to, 8L * count);
    }

    /** Copies {@code count} elements of off-heap memory into an array. */
    public static void copy(long from, double[] to, int start, int count) {
        UNSAFE.copyMemory(null, from, to, Unsafe.ARRAY_DOUBLE_BASE_OFFSET + 8L * start, 8L * count);
    }

    /** Copies {@code count} elements of an array to off-heap memory. */
    public static void copy(long[] from, int start, long to, int count) {
        UNSAFE.copyMemory(from, Unsafe.ARRAY_LONG_BASE_OFFSET + 8L * start, null, to, 8L * count);
    }

    /** Copies the first {@code count} elements of an array to off-heap memory. */
    public static void copy(int[] from, long to, int count) {
        UNSAFE.copyMemory(from, Unsafe.ARRAY_INT_BASE_OFFSET, null, to, 4L * count);
    }

    /** Copies {@code count} elements of off-heap memory into an array. */
    public static void copy(long from, long[] to, int start, int count) {
        UNSAFE.copyMemory(null, from, to, Unsafe.ARRAY_LONG_BASE_OFFSET + 8L * start, 8L * count);
    }

    /** Copies the bits of {@code count} floats from {@code start} on. */
    public static void reinterpret(float[] from, int start, int[] to, int count) {
        long offset = Unsafe.ARRAY_FLOAT_BASE_OFFSET + 4L * start;
        UNSAFE.copyMemory(from, offset, to, Unsafe.ARRAY_INT_BASE_OFFSET, 4L * count);
    }

    /** Copies {@code count} integers as the bits of floats. */
    public static void reinterpret(int[] from, float[] to, int count) {
        UNSAFE.copyMemory(from, Unsafe.ARRAY_INT_BASE_OFFSET, to, Unsafe.ARRAY_FLOAT_BASE_OFFSET, 4L * count);
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static long bufferAddressOffset() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new ExceptionInInitializerError("Cannot use off-heap tensors: byte order is big-endian, expected"
                    + " little-endian; run on x86-64 or aarch64");
        }
        try {
            return UNSAFE.objectFieldOffset(Buffer.class.getDeclaredField("address"));
        } catch (NoSuchFieldException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
