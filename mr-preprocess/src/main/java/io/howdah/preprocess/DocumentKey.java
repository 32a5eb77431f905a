// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.Part;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.apache.hadoop.io.BytesWritable;

/**
 * The key of a document between map and reduce: a hash of seed and content. Equal documents meet in one reduce call; the
 * order of the hashes is a shuffle that depends on nothing else; the lowest hashes are held out, so that held-out
 * documents come first in every reducer.
 */
final class DocumentKey {
    private static final int BYTES = 16;
    /** Which bytes choose the shard; others than the first eight, which choose the part. */
    private static final int SHARD_OFFSET = 8;

    private DocumentKey() {}

    /** The first bytes of SHA-256 over the seed (big-endian) and the content. */
    static BytesWritable of(long seed, byte[] content) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
        return new BytesWritable(Arrays.copyOf(digest.digest(content), BYTES));
    }

    /** Held out, if the first 64 bits as a fraction of 2^64 are below {@code heldoutFraction}. */
    static Part part(BytesWritable key, double heldoutFraction) {
        long bits = ByteBuffer.wrap(key.getBytes()).getLong() >>> 11;
        return bits * 0x1p-53 < heldoutFraction ? Part.HELDOUT : Part.TRAIN;
    }

    /** Number of the shard, in [0, {@code shards}). */
    static int shard(BytesWritable key, int shards) {
        return Integer.remainderUnsigned(ByteBuffer.wrap(key.getBytes()).getInt(SHARD_OFFSET), shards);
    }
}
