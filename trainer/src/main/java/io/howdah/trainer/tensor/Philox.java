// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

/**
 * The counter-based generator Philox4x32-10: the n-th number is a pure function of (seed, stream, n), so streams can be
 * split per logical worker and positions saved.
 *
 * <p>Source: Salmon et al., “Parallel random numbers: as easy as 1, 2, 3”, SC 2011.
 */
public final class Philox {
    private static final int M0 = 0xD2511F53;
    private static final int M1 = 0xCD9E8D57;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private final int key0;
    private final int key1;
    private final long stream;
    private long block;
    private final int[] numbers = new int[4];
    private int next = 4;

    /**
     * @param seed key of the generator
     * @param stream which of 2^64 independent sequences
     */
    public Philox(long seed, long stream) {
        this.key0 = (int) seed;
        this.key1 = (int) (seed >>> 32);
        this.stream = stream;
    }

    /** 32 uniform bits. */
    public int nextInt() {
        if (next == 4) {
            block(key0, key1, block++, stream, numbers);
            next = 0;
        }
        return numbers[next++];
    }

    /** A uniform integer in [0, bound), without bias (Lemire 2019). */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException(
                    "Cannot draw: bound=" + bound + ", expected at least 1; raise the bound");
        }
        long product = (nextInt() & 0xffff_ffffL) * bound;
        long low = product & 0xffff_ffffL;
        long threshold = (0x1_0000_0000L - bound) % bound;
        while (low < threshold) {
            product = (nextInt() & 0xffff_ffffL) * bound;
            low = product & 0xffff_ffffL;
        }
        return (int) (product >>> 32);
    }

    /** A uniform integer in [0, bound), without bias. */
    public long nextLong(long bound) {
        if (bound <= Integer.MAX_VALUE) {
            return nextInt((int) Math.max(0, bound));
        }
        long limit = Long.MAX_VALUE - Long.MAX_VALUE % bound;
        long number;
        do {
            number = ((long) nextInt() << Integer.SIZE | nextInt() & 0xffff_ffffL) & Long.MAX_VALUE;
        } while (number >= limit);
        return number % bound;
    }

    /** A uniform number in [0, 1) with 53 random bits. */
    public double nextDouble() {
        long high = (nextInt() & 0xffff_ffffL) >>> 5;
        long low = (nextInt() & 0xffff_ffffL) >>> 6;
        return (high * 0x1p26 + low) * 0x1p-53;
    }

    /** A standard normal number (Box and Muller 1958, cosine half). */
    public double nextGaussian() {
        double u = 1.0 - nextDouble();
        double v = nextDouble();
        return StrictMath.sqrt(-2.0 * StrictMath.log(u)) * StrictMath.cos(2.0 * Math.PI * v);
    }

    /** The four numbers of one block, for known-answer tests. */
    static int[] numbers(long seed, long counter, long stream) {
        int[] numbers = new int[4];
        block((int) seed, (int) (seed >>> 32), counter, stream, numbers);
        return numbers;
    }

    private static void block(int key0, int key1, long counter, long stream, int[] out) {
        int c0 = (int) counter;
        int c1 = (int) (counter >>> 32);
        int c2 = (int) stream;
        int c3 = (int) (stream >>> 32);
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < 10; round++) {
            long p0 = (M0 & 0xffff_ffffL) * (c0 & 0xffff_ffffL);
            long p1 = (M1 & 0xffff_ffffL) * (c2 & 0xffff_ffffL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += W0;
            k1 += W1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }
}
