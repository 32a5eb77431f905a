// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.speculate.DraftTree;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Counts what a generator does. */
final class DecodingCounts {
    private long sequences;
    private long prefillTokens;
    private long prefillNanos;
    private long forwards;
    private long steps;
    private long written;
    private long nodes;
    private long[] drafted = new long[8];
    private long[] accepted = new long[8];
    private int deepest;
    private long decodeNanos;

    void prefilled(int tokens, long nanos) {
        prefillTokens += tokens;
        prefillNanos += nanos;
    }

    void verified(int live) {
        forwards++;
        steps += live;
    }

    void decoded(long nanos) {
        decodeNanos += nanos;
    }

    /** What one sequence's part of a forward has brought. */
    void kept(DraftTree tree, int acceptedNodes, int writtenTokens) {
        nodes += tree.size();
        written += writtenTokens;
        int depth = tree.deepest();
        if (depth > drafted.length) {
            drafted = Arrays.copyOf(drafted, 2 * depth);
            accepted = Arrays.copyOf(accepted, 2 * depth);
        }
        deepest = Math.max(deepest, depth);
        for (int i = 0; i < depth; i++) {
            drafted[i]++;
            accepted[i] += i < acceptedNodes ? 1 : 0;
        }
    }

    void ended() {
        sequences++;
    }

    DecodingStatistics statistics() {
        return new DecodingStatistics(
                sequences,
                prefillTokens,
                prefillNanos,
                forwards,
                steps,
                written,
                nodes,
                list(drafted),
                list(accepted),
                decodeNanos);
    }

    private List<Long> list(long[] numbers) {
        return LongStream.of(numbers).limit(deepest).boxed().toList();
    }
}
