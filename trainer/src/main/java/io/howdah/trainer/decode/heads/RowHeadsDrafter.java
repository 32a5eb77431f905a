// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.heads.TreeShape.Node;
import io.howdah.trainer.decode.sampling.Chance.Purpose;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Drafts a fixed tree, or chain, by heads that read the target's own rows: no forward of a model is needed. */
final class RowHeadsDrafter implements Drafter {
    private final String name;
    private final DecoderNetwork target;
    private final RowHeads heads;
    private final TreeShape shape;

    RowHeadsDrafter(String name, DecoderNetwork target, RowHeads heads, TreeShape shape) {
        if (shape.deepest() < 1 || shape.deepest() > heads.count()) {
            throw new IllegalArgumentException("Cannot draft: heads=" + heads.count() + " depth of the tree="
                    + shape.deepest() + ", expected 1 to " + heads.count() + "; use a tree that fits the heads");
        }
        this.name = name;
        this.target = target;
        this.heads = heads;
        this.shape = shape;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public OptionalInt vocabulary() {
        return OptionalInt.of(target.vocabulary());
    }

    @Override
    public int deepest() {
        return shape.deepest();
    }

    @Override
    public int nodes(int depth) {
        return shape.nodes(depth);
    }

    @Override
    public boolean observes() {
        return true;
    }

    @Override
    public void open(int sequence, SequenceSampler sampler, int positions) {
        heads.open(sequence, positions);
    }

    @Override
    public boolean hasRoomFor(int positions) {
        return heads.hasRoomFor(positions);
    }

    @Override
    public void observe(Observation observation) {
        heads.observe(observation);
    }

    @Override
    public void draft(List<DraftRequest> requests) {
        List<DraftRequest> ready = new ArrayList<>();
        int deepest = 0;
        for (DraftRequest request : requests) {
            // Before its first token is read nothing is known of a text.
            if (heads.isReady(request.sequence())) {
                ready.add(request);
                deepest = Math.max(deepest, Math.min(request.depth(), shape.deepest()));
            }
        }
        if (ready.isEmpty()) {
            return;
        }
        float[] scores = heads.scores(ready, deepest);
        for (int i = 0; i < ready.size(); i++) {
            fill(ready.get(i), scores, i, ready.size());
        }
    }

    private void fill(DraftRequest request, float[] scores, int number, int requests) {
        int depths = Math.min(request.depth(), shape.deepest());
        SequenceSampler sampler = request.sampler();
        boolean drawn =
                request.drawing() == Drawing.INDEPENDENT && !sampler.settings().isGreedy() && shape.isChain();
        int[][] tokens = new int[depths][];
        double[][] drawnFrom = new double[depths][];
        for (int depth = 1; depth <= depths; depth++) {
            int at = ((depth - 1) * requests + number) * target.vocabulary();
            if (drawn) {
                TokenDistribution distribution = sampler.distribution(scores, at, target.vocabulary());
                int position = sampler.history().length() + depth - 1;
                tokens[depth - 1] = new int[] {sampler.chance().draw(Purpose.DRAFT, position, 0, distribution)};
                drawnFrom[depth - 1] = distribution.probabilities();
            } else {
                tokens[depth - 1] = best(request, scores, at, depth);
            }
        }
        add(request, tokens, drawn ? drawnFrom : null);
    }

    /** The tokens of a depth by rank, with the noise that the target will have if they are to match it. */
    private int[] best(DraftRequest request, float[] scores, int at, int depth) {
        SequenceSampler sampler = request.sampler();
        int ranks = shape.ranks(depth);
        boolean greedy = sampler.settings().isGreedy();
        if (greedy && ranks == 1) {
            return new int[] {sampler.choose(scores, at, target.vocabulary())};
        }
        TokenDistribution distribution = sampler.distribution(scores, at, target.vocabulary());
        return request.drawing() == Drawing.MATCHING && !greedy
                ? sampler.chance().best(sampler.history().length() + depth - 1, distribution, ranks)
                : distribution.best(ranks);
    }

    private void add(DraftRequest request, int[][] tokens, double @Nullable [][] drawnFrom) {
        int[] numbers = new int[shape.size()];
        for (int i = 0; i < shape.size(); i++) {
            Node node = shape.nodes().get(i);
            boolean fits = node.depth() <= tokens.length && node.rank() < tokens[node.depth() - 1].length;
            boolean hangs = node.parent() < 0 || numbers[node.parent()] >= 0;
            if (!fits || !hangs) {
                numbers[i] = -1;
                continue;
            }
            int parent = node.parent() < 0 ? -1 : numbers[node.parent()];
            numbers[i] = request.tree()
                    .add(
                            parent,
                            tokens[node.depth() - 1][node.rank()],
                            drawnFrom == null ? null : drawnFrom[node.depth() - 1]);
        }
    }

    @Override
    public void close(int sequence) {
        heads.close(sequence);
    }

    @Override
    public void close() {
        heads.close();
    }
}
