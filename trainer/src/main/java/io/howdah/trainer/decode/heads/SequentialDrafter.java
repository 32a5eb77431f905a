// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.Chance.Purpose;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.Observation;
import io.howdah.trainer.model.lm.SequentialHeads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Drafts with DeepSeek-V3's modules, one token each: module k reads what module k − 1 says of a position and the token
 * k + 1 places behind it, which for the last k positions is a draft. What a module made of drafts is forgotten after each
 * step and made again of the tokens that came.
 */
final class SequentialDrafter implements Drafter {
    private static final int CHUNK = 256;

    private final DecoderNetwork target;
    private final List<SequentialStep> steps;
    private final int deepest;
    private final Map<Integer, List<RowBuffer>> said = new HashMap<>();

    SequentialDrafter(DecoderNetwork target, SequentialHeads heads, long cacheBytes, int deepest) {
        if (deepest < 1 || deepest > heads.count()) {
            throw new IllegalArgumentException("Cannot draft: heads=" + heads.count() + " depth=" + deepest
                    + ", expected 1 to " + heads.count() + "; correct the depth");
        }
        this.target = target;
        this.deepest = deepest;
        this.steps = IntStream.range(0, deepest)
                .mapToObj(head -> new SequentialStep(target, heads.step(head), cacheBytes / deepest))
                .toList();
    }

    @Override
    public String name() {
        return "mtp";
    }

    @Override
    public OptionalInt vocabulary() {
        return OptionalInt.of(target.vocabulary());
    }

    @Override
    public int deepest() {
        return deepest;
    }

    @Override
    public boolean observes() {
        return true;
    }

    @Override
    public void open(int sequence, SequenceSampler sampler, int positions) {
        steps.forEach(step -> step.layer().open(sequence, positions));
        said.put(
                sequence,
                IntStream.rangeClosed(0, deepest)
                        .mapToObj(i -> new RowBuffer(target.width()))
                        .toList());
    }

    @Override
    public boolean hasRoomFor(int positions) {
        return steps.stream().allMatch(step -> step.layer().hasRoomFor(positions));
    }

    @Override
    public void observe(Observation observation) {
        RowBuffer rows = said(observation.sequence(), 0);
        for (int number : observation.numbers()) {
            rows.add(observation.rows().hidden(), observation.rows().hiddenAt(number));
        }
    }

    /** What step k − 1 says of a text; k = 0 for the target. */
    private RowBuffer said(int sequence, int k) {
        return Objects.requireNonNull(said.get(sequence)).get(k);
    }

    @Override
    public void draft(List<DraftRequest> requests) {
        List<DraftRequest> going = new ArrayList<>();
        for (DraftRequest request : requests) {
            if (request.sampler().history().length() > 1) {
                going.add(request);
            }
        }
        List<DraftRequest> all = List.copyOf(going);
        int[] lengths = all.stream()
                .mapToInt(request -> request.sampler().history().length())
                .toArray();
        for (int k = 0; k < deepest && !going.isEmpty(); k++) {
            int depth = k + 1;
            for (DraftRequest request : going) {
                catchUp(k, request);
            }
            extend(k, going);
            going.removeIf(request -> request.depth() <= depth);
        }
        for (int i = 0; i < lengths.length; i++) {
            DraftRequest request = all.get(i);
            request.sampler().history().truncate(lengths[i]);
            forget(request.sequence());
        }
    }

    /** Tokens of the text itself, without those that were drafted now. */
    private static int length(DraftRequest request) {
        return request.sampler().history().length() - request.tree().size();
    }

    /** Positions that step k can read with tokens that are certain. */
    private static int certain(int k, DraftRequest request) {
        return Math.max(0, length(request) - 1 - k);
    }

    /** Reads certain positions, chunk by chunk, until few are left. */
    private void catchUp(int k, DraftRequest request) {
        SequentialStep step = steps.get(k);
        int sequence = request.sequence();
        while (certain(k, request) - step.layer().certain(sequence) > CHUNK) {
            step.begin(CHUNK);
            add(k, request, step.layer().certain(sequence) + CHUNK);
            step.run();
            for (int row = 0; row < CHUNK; row++) {
                said(sequence, k + 1).add(step.said(), row * target.width());
            }
            step.layer().keep(sequence, CHUNK);
        }
    }

    /** Adds the positions of a text from what is certain up to {@code until}; returns how many. */
    private int add(int k, DraftRequest request, int until) {
        SequentialStep step = steps.get(k);
        TokenHistory history = request.sampler().history();
        int first = step.layer().certain(request.sequence());
        for (int position = first; position < until; position++) {
            step.add(said(request.sequence(), k), position, history.token(position + k + 1));
        }
        step.layer().add(request.sequence(), until - first);
        return until - first;
    }

    /** One more token for each text, by step k. */
    private void extend(int k, List<DraftRequest> requests) {
        SequentialStep step = steps.get(k);
        int most = 0;
        for (DraftRequest request : requests) {
            most += length(request) - 1 - step.layer().certain(request.sequence());
        }
        step.begin(most);
        int[] counts = new int[requests.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = add(k, requests.get(i), length(requests.get(i)) - 1);
        }
        step.run();
        int width = target.width();
        float[] last = new float[counts.length * width];
        int row = 0;
        for (int i = 0; i < counts.length; i++) {
            int sequence = requests.get(i).sequence();
            for (int j = 0; j < counts[i]; j++) {
                said(sequence, k + 1).add(step.said(), (row + j) * width);
            }
            row += counts[i];
            System.arraycopy(step.said(), (row - 1) * width, last, i * width, width);
            step.layer()
                    .keep(sequence, certain(k, requests.get(i)) - step.layer().certain(sequence));
        }
        float[] scores = new float[counts.length * target.vocabulary()];
        target.head().multiply(last, counts.length, scores);
        for (int i = 0; i < counts.length; i++) {
            choose(requests.get(i), scores, i * target.vocabulary());
        }
    }

    private void choose(DraftRequest request, float[] scores, int at) {
        SequenceSampler sampler = request.sampler();
        int parent = request.tree().size() - 1;
        int position = sampler.history().length();
        int token;
        if (request.drawing() == Drawing.MATCHING || sampler.settings().isGreedy()) {
            token = sampler.choose(scores, at, target.vocabulary());
            request.tree().add(parent, token);
        } else {
            TokenDistribution distribution = sampler.distribution(scores, at, target.vocabulary());
            boolean likeliest = request.drawing() == Drawing.LIKELIEST;
            token = likeliest
                    ? distribution.likeliest()
                    : sampler.chance().draw(Purpose.DRAFT, position, 0, distribution);
            request.tree().add(parent, token, likeliest ? null : distribution.probabilities());
        }
        sampler.history().push(token);
    }

    /** Forgets what was made of drafts, and what every step has read. */
    private void forget(int sequence) {
        for (int k = 0; k < deepest; k++) {
            int read = steps.get(k).layer().certain(sequence);
            said(sequence, k).forgetBefore(read);
            said(sequence, k + 1).forgetFrom(read);
        }
        said(sequence, deepest).forgetBefore(Integer.MAX_VALUE);
    }

    @Override
    public void close(int sequence) {
        steps.forEach(step -> step.layer().close(sequence));
        said.remove(sequence);
    }

    @Override
    public void close() {
        steps.forEach(step -> step.layer().close());
        said.clear();
    }
}
