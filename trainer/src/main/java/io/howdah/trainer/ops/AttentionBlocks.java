// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/**
 * How attention is cut: some heads and some queries at a time, with all keys that these can see, so that the scores stay
 * in the processor's caches and softmax needs no second pass. A causal block leaves out the keys behind its last query.
 *
 * @param heads number of matrices, G
 * @param queries L
 * @param keys S
 * @param causal whether query i sees the keys 0 to i alone
 * @param rows queries of a block
 * @param chunk heads of a block, which divides {@code together}
 * @param together heads that may share a block
 */
record AttentionBlocks(long heads, long queries, long keys, boolean causal, long rows, long chunk, long together) {
    /** Scores of a block: what the caches hold beside the operands, and enough for a call to be worth its while. */
    private static final long BLOCK_ELEMENTS = 1 << 19;

    /** Queries of a causal block: fewer leave out more keys, more make better matrix products. */
    private static final long CAUSAL_ROWS = 128;

    private static final long FEWEST_ROWS = 16;

    /** Some queries of some heads, and how many keys they see. */
    record Block(long head, long heads, long first, long rows, long seen) {}

    /** What is done with a block. */
    interface Handler {
        void handle(Block block);
    }

    /** @param together heads in a row of which a block may take several */
    static AttentionBlocks of(long heads, long queries, long keys, boolean causal, long together) {
        long fitting = Math.max(FEWEST_ROWS, BLOCK_ELEMENTS / Math.max(1, keys));
        long rows = Math.max(1, Math.min(queries, causal ? Math.min(CAUSAL_ROWS, fitting) : fitting));
        long chunk = Math.max(1, Math.min(together, BLOCK_ELEMENTS / Math.max(1, rows * keys)));
        return new AttentionBlocks(heads, queries, keys, causal, rows, chunk, together);
    }

    /** Visits all blocks: heads by heads, of these the last queries first. */
    void forEach(Handler handler) {
        if (queries == 0) {
            return;
        }
        for (long start = 0; start < heads; start += together) {
            for (long head = start; head < start + together; head += chunk) {
                long count = Math.min(chunk, start + together - head);
                for (long first = (queries - 1) / rows * rows; first >= 0; first -= rows) {
                    long end = Math.min(queries, first + rows);
                    handler.handle(new Block(head, count, first, end - first, causal ? Math.min(keys, end) : keys));
                }
            }
        }
    }

    /** Whether a block has the last queries, which are visited first and see most keys. */
    boolean isLast(Block block) {
        return block.first() + block.rows() == queries;
    }

    /** Keys that any query sees. */
    long seen() {
        return causal ? Math.min(keys, queries) : keys;
    }
}
