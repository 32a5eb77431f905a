// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.Philox;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first values of the rows of a table: draws of a Philox generator whose key is made of seed and table name and whose
 * stream is the id. So a row does not depend on when, where or after which others it is made.
 */
final class RowInitialiser {
    private static final long FNV_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final long key;
    private final int width;
    private final double deviation;

    RowInitialiser(TableSpec spec) {
        this.key = IdHash.mix(spec.seed()) ^ IdHash.mix(hash(spec.name()));
        this.width = spec.width();
        this.deviation = spec.deviation();
    }

    /** FNV-1a of the UTF-8 bytes, 64 bits. */
    private static long hash(String name) {
        long hash = FNV_BASIS;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** Writes the first values of row {@code id} to {@code into} from {@code at} on. */
    void fill(long id, float[] into, int at) {
        if (deviation == 0) {
            Arrays.fill(into, at, at + width, 0);
            return;
        }
        Philox random = new Philox(key, id);
        for (int i = 0; i < width; i++) {
            into[at + i] = (float) (random.nextGaussian() * deviation);
        }
    }
}
