// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.Locale;

/** Element types, little-endian in memory, on disk and on the wire. */
public enum DType {
    FLOAT64(8, Kind.FLOATING),
    FLOAT32(4, Kind.FLOATING),
    /** IEEE 754 binary16. */
    FLOAT16(2, Kind.FLOATING),
    /** The upper half of a binary32. */
    BFLOAT16(2, Kind.FLOATING),
    INT64(8, Kind.INTEGRAL),
    INT32(4, Kind.INTEGRAL),
    UINT8(1, Kind.INTEGRAL),
    BOOL(1, Kind.LOGICAL);

    /** What sort of values a type holds. */
    public enum Kind {
        FLOATING,
        INTEGRAL,
        LOGICAL
    }

    private final int bytes;
    private final Kind kind;

    DType(int bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    public Kind kind() {
        return kind;
    }

    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    /** The type named {@code float32}, {@code bfloat16}, … */
    public static DType named(String name) {
        for (DType dtype : values()) {
            if (dtype.toString().equals(name)) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("Cannot choose dtype: name=" + name
                + ", expected one of float64, float32, float16, bfloat16, int64, int32, uint8, bool; correct the name");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
