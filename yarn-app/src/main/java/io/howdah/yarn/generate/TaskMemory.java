// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.Drafters;
import io.howdah.trainer.decode.engine.Products;
import java.util.List;

/**
 * How the memory of a map task's container is cut. Everything that writes lies on the heap: packed weights, embeddings,
 * keys and values; only oneDNN's packed weights lie in direct memory. While a model is read, its float32 weights lie there
 * too, twice: as they are read, and in the network that they are copied to.
 *
 * @param heapMb Java heap
 * @param directMb direct buffers
 */
record TaskMemory(int heapMb, int directMb) {
    private static final int MIB = 1 << 20;
    /** Hadoop's client, classes' data, prompts and results. */
    private static final int BASE_HEAP_MB = 192;
    /** Rows of a forward over all layers, and what the drafters keep. */
    private static final int BUFFER_MB = 64;
    /**
     * Packed weights over float32 ones, at most: panels are filled up, embeddings stay float32, and a tied head is packed
     * beside them.
     */
    private static final double WIDE_PACKING = 2.1;

    private static final double NARROW_PACKING = 1.6;
    /** oneDNN's packed weights over float32 ones, at most; a tied head is packed beside the embeddings. */
    private static final double TILE_PACKING = 0.6;
    /** oneDNN, its code for every shape and number of rows, and rows on their way. */
    private static final int TILE_MB = 96;

    private static final int NETWORK_MB = 48;
    private static final int METASPACE_MB = 96;
    private static final int CODE_CACHE_MB = 64;
    private static final int NATIVE_MB = 112;

    /**
     * @param modelBytes float32 weights of the model
     * @param draftBytes float32 weights of the draft model, or 0
     * @param config values of {@link DecodeKeys}
     */
    static TaskMemory of(long modelBytes, long draftBytes, Config config) {
        boolean narrow = config.get(DecodeKeys.PRECISION).equals("bf16");
        long packed = (long) ((narrow ? NARROW_PACKING : WIDE_PACKING) * (modelBytes + draftBytes));
        long caches = config.get(DecodeKeys.CACHE_MIB);
        if (!config.get(DecodeKeys.DRAFTER).equals(Drafters.NONE)
                && !config.get(DecodeKeys.DRAFTER).equals("ngram")) {
            caches += config.get(DecodeKeys.DRAFT_CACHE_MIB);
        }
        long heap = BASE_HEAP_MB + BUFFER_MB + mib(packed) + caches;
        Products products = new DecodeSettings(config).products();
        long direct = NETWORK_MB + mib(tensorBytes(Math.max(modelBytes, draftBytes), products));
        if (products == Products.ONEDNN) {
            direct += TILE_MB + mib(tileBytes(Math.min(modelBytes, draftBytes)));
        }
        return new TaskMemory(Math.toIntExact(heap), Math.toIntExact(direct));
    }

    /** Budget of the tensors, which exist only while models are read, but for oneDNN's. */
    static long tensorBytes(long wideBytes, Products products) {
        long tiles = products == Products.ONEDNN ? 2 * tileBytes(wideBytes) : 0;
        return 2 * wideBytes + wideBytes / 4 + 16L * MIB + tiles;
    }

    private static long tileBytes(long wideBytes) {
        return (long) (TILE_PACKING * wideBytes);
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }

    /** What YARN is asked for. */
    int containerMb() {
        return heapMb + directMb + METASPACE_MB + CODE_CACHE_MB + NATIVE_MB;
    }

    /** The same cut of a larger container: what is left over goes to the heap. */
    TaskMemory in(int largerMb) {
        return new TaskMemory(heapMb + largerMb - containerMb(), directMb);
    }

    /** JVM options that enforce it. */
    List<String> options() {
        return List.of(
                "-Xmx" + heapMb + "m",
                "-XX:MaxDirectMemorySize=" + directMb + "m",
                "-XX:MaxMetaspaceSize=" + METASPACE_MB + "m",
                "-XX:ReservedCodeCacheSize=" + CODE_CACHE_MB + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError");
    }
}
