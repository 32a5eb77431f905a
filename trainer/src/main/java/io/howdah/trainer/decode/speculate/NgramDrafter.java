// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenHistory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Drafts what followed the last time that the newest tokens stood in the text, prompt included: the longest run of them
 * that is found (Saxena, “Prompt lookup decoding”, 2023). Costs next to nothing and pays where texts repeat themselves.
 */
public final class NgramDrafter implements Drafter {
    private static final int MULTIPLIER = 1_000_003;

    private final int shortest;
    private final int longest;
    private final int deepest;
    private final Map<Integer, Index> indexes = new HashMap<>();

    /**
     * @param shortest run of tokens that counts, at least 1
     * @param longest run that is looked for
     */
    public NgramDrafter(int shortest, int longest, int deepest) {
        if (shortest < 1 || longest < shortest || deepest < 1) {
            throw new IllegalArgumentException("Cannot draft: shortest=" + shortest + " longest=" + longest
                    + " deepest=" + deepest + ", expected 1 ≤ shortest ≤ longest and deepest from 1 up; correct them");
        }
        this.shortest = shortest;
        this.longest = longest;
        this.deepest = deepest;
    }

    /** Where the runs of one sequence last ended. */
    private final class Index {
        private final List<Map<Integer, Integer>> ends = new ArrayList<>();
        private int indexed;

        Index() {
            for (int length = shortest; length <= longest; length++) {
                ends.add(new HashMap<>());
            }
        }

        /** Takes up all runs that end before the last token: what follows them is known. */
        void update(TokenHistory history) {
            for (; indexed < history.length() - 1; indexed++) {
                for (int length = shortest; length <= longest && length <= indexed + 1; length++) {
                    ends.get(length - shortest).put(hash(history, indexed, length), indexed);
                }
            }
        }

        /** The place behind the longest run like the newest tokens, or −1. */
        int find(TokenHistory history) {
            int last = history.length() - 1;
            for (int length = Math.min(longest, history.length()); length >= shortest; length--) {
                int end = ends.get(length - shortest).getOrDefault(hash(history, last, length), -1);
                if (end >= 0 && same(history, end, last, length)) {
                    return end + 1;
                }
            }
            return -1;
        }

        private boolean same(TokenHistory history, int end, int last, int length) {
            for (int i = 0; i < length; i++) {
                if (history.token(end - i) != history.token(last - i)) {
                    return false;
                }
            }
            return true;
        }

        private int hash(TokenHistory history, int end, int length) {
            int hash = length;
            for (int i = end - length + 1; i <= end; i++) {
                hash = hash * MULTIPLIER + history.token(i);
            }
            return hash;
        }
    }

    @Override
    public String name() {
        return "ngram";
    }

    @Override
    public int deepest() {
        return deepest;
    }

    @Override
    public void open(int sequence, SequenceSampler sampler, int positions) {
        indexes.put(sequence, new Index());
    }

    @Override
    public void draft(List<DraftRequest> requests) {
        for (DraftRequest request : requests) {
            TokenHistory history = request.sampler().history();
            Index index = Objects.requireNonNull(indexes.get(request.sequence()));
            index.update(history);
            int from = index.find(history);
            for (int i = 0; from >= 0 && i < request.depth(); i++) {
                int at = from + i;
                // Behind the end of the text the draft repeats itself.
                int token = at < history.length()
                        ? history.token(at)
                        : request.tree().token(at - history.length());
                request.tree().add(i - 1, token);
            }
        }
    }

    @Override
    public void close(int sequence) {
        indexes.remove(sequence);
    }

    @Override
    public void close() {
        indexes.clear();
    }
}
