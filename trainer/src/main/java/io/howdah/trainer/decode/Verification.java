// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.DecoderRows;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.AcceptedPath;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.DraftTree;
import io.howdah.trainer.decode.speculate.Observation;
import io.howdah.trainer.decode.speculate.TargetScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One step of writing: drafts, one forward over the last tokens and the drafts behind them, and what is kept of these. */
final class Verification {
    private final DecoderNetwork network;
    private final KvCache cache;
    private final @Nullable Speculation speculation;
    private final DecodingCounts counts;
    private final LongSupplier clock;
    private final NodeBatch batch = new NodeBatch();

    /** Rows of one sequence in a forward that are read as a chain. */
    record Part(LiveSequence sequence, int first, int row, int count) {}

    Verification(
            DecoderNetwork network,
            KvCache cache,
            @Nullable Speculation speculation,
            DecodingCounts counts,
            LongSupplier clock) {
        this.network = network;
        this.cache = cache;
        this.speculation = speculation;
        this.counts = counts;
        this.clock = clock;
    }

    /** Slots that drafts of one step take, at most. */
    int mostNodes() {
        return speculation == null
                ? 0
                : speculation.drafter().nodes(speculation.drafter().deepest());
    }

    Wanted wantedOfPrompts() {
        return speculation != null && speculation.drafter().observes() ? Wanted.HIDDEN : Wanted.NOTHING;
    }

    void step(List<LiveSequence> live) {
        long start = clock.getAsLong();
        draft(live);
        long drafted = clock.getAsLong();
        batch.clear();
        int[] firsts = new int[live.size()];
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = batch.rows();
            add(live.get(i));
        }
        DecoderRows rows = network.forward(cache, batch);
        int kept = 0;
        for (int i = 0; i < firsts.length; i++) {
            kept += keep(live.get(i), firsts[i], rows);
        }
        counts.verified(firsts.length);
        if (speculation != null) {
            int nodes = batch.rows() - firsts.length;
            speculation.length().stepped(firsts.length, nodes, kept, drafted - start, clock.getAsLong() - drafted);
        }
    }

    private void draft(List<LiveSequence> live) {
        live.forEach(sequence -> sequence.drafts().clear());
        if (speculation == null) {
            return;
        }
        int depth = speculation.length().next(live.size());
        List<DraftRequest> requests = new ArrayList<>();
        for (LiveSequence sequence : live) {
            int own = Math.min(depth, sequence.draftable());
            if (own > 0) {
                requests.add(new DraftRequest(
                        sequence.number(),
                        sequence.sampler(),
                        own,
                        speculation.drafter().nodes(own),
                        speculation.rule().drawing(),
                        sequence.drafts()));
            }
        }
        if (!requests.isEmpty()) {
            speculation.drafter().draft(requests);
        }
        for (DraftRequest request : requests) {
            check(request);
        }
    }

    private static void check(DraftRequest request) {
        DraftTree tree = request.tree();
        if (tree.size() > request.nodes() || tree.deepest() > request.depth()) {
            throw new IllegalStateException("Cannot verify drafts: nodes=" + tree.size() + " depth=" + tree.deepest()
                    + ", expected at most " + request.nodes() + " and " + request.depth() + "; correct the drafter");
        }
    }

    private void add(LiveSequence sequence) {
        CachedSequence cached = sequence.cached();
        int root = batch.add(cached, sequence.sampler().history().last(), CachedSequence.COMMITTED, Wanted.LOGITS);
        DraftTree tree = sequence.drafts();
        for (int node = 0; node < tree.size(); node++) {
            batch.add(cached, tree.token(node), root + 1 + tree.parent(node), Wanted.LOGITS);
        }
    }

    /** Scores of the rows of one sequence. */
    private record Scores(DecoderRows rows, int first, int vocabulary) implements TargetScores {
        @Override
        public float[] logits() {
            return rows.logits();
        }

        @Override
        public int at(int node) {
            return rows.logitsAt(first + 1 + node);
        }
    }

    /** Appends what the forward has brought; returns how many drafted tokens were accepted. */
    private int keep(LiveSequence sequence, int first, DecoderRows rows) {
        DraftTree tree = sequence.drafts();
        TokenHistory history = sequence.sampler().history();
        int before = history.length();
        Scores scores = new Scores(rows, first, network.vocabulary());
        AcceptedPath path = speculation == null
                ? AcceptanceRules.sampleMatch().accept(tree, scores, sequence.sampler())
                : speculation.rule().accept(tree, scores, sequence.sampler());
        int[] nodes = path.nodes();
        int written = 0;
        for (int i = 0; i < path.tokens().length && !sequence.text().hasEnded(); i++) {
            write(sequence, path.tokens()[i], scores, i == 0 ? DraftTree.ROOT : nodes[i - 1]);
            written++;
        }
        history.truncate(before + written);
        int[] read = new int[Math.min(written, nodes.length + 1)];
        int[] numbers = new int[read.length];
        for (int i = 0; i < read.length; i++) {
            read[i] = i == 0 ? 0 : nodes[i - 1] + 1;
            numbers[i] = first + read[i];
        }
        int position = sequence.cached().committed();
        sequence.cached().accept(read);
        counts.kept(tree, nodes.length, written);
        if (speculation != null) {
            speculation.length().verified(tree.deepest(), nodes.length);
            if (speculation.drafter().observes()) {
                speculation.drafter().observe(new Observation(sequence.number(), position, rows, numbers));
            }
        }
        return nodes.length;
    }

    private static void write(LiveSequence sequence, int token, Scores scores, int node) {
        if (sequence.wantsLogprobs()) {
            double logprob = logprob(scores.logits(), scores.at(node), scores.vocabulary(), token);
            sequence.text().write(token, logprob);
        } else {
            sequence.text().write(token);
        }
    }

    /** Logarithm of softmax(scores)[token]. */
    private static double logprob(float[] scores, int at, int vocabulary, int token) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = at; i < at + vocabulary; i++) {
            greatest = Math.max(greatest, scores[i]);
        }
        double sum = 0;
        for (int i = at; i < at + vocabulary; i++) {
            sum += StrictMath.exp(scores[i] - greatest);
        }
        return scores[at + token] - greatest - StrictMath.log(sum);
    }

    /** Tells the drafter of rows of a prompt. */
    void observe(Part part, DecoderRows rows) {
        if (speculation != null && speculation.drafter().observes()) {
            int[] numbers = new int[part.count()];
            Arrays.setAll(numbers, i -> part.row() + i);
            speculation.drafter().observe(new Observation(part.sequence().number(), part.first(), rows, numbers));
        }
    }
}
