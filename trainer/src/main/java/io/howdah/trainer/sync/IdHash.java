// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/** Spreads ids, which may be small numbers in a row, over all 64 bits. */
final class IdHash {
    private IdHash() {}

    /** A bijection under which near numbers go far apart: the finaliser of Steele et al., SplitMix64, 2014. */
    static long mix(long number) {
        long z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
