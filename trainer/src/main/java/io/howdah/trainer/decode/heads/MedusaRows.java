// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.PackedLinear;
import io.howdah.trainer.decode.engine.RowActivation;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.Observation;
import io.howdah.trainer.model.lm.LinearWeights;
import io.howdah.trainer.model.lm.MedusaHeads;
import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Medusa's heads: h + silu(W₁ₖ·h), and scores by the target's weight for all heads at once, or by each head's own. */
final class MedusaRows implements RowHeads {
    private final DecoderNetwork target;
    private final RowActivation activation;
    private final List<PackedLinear> first;
    private final @Nullable List<PackedLinear> second;
    private final Map<Integer, float[]> newest = new HashMap<>();

    MedusaRows(DecoderNetwork target, MedusaHeads heads) {
        this.target = target;
        this.activation = new RowActivation(target.compute());
        this.first = IntStream.range(0, heads.count())
                .mapToObj(head -> target.compute().pack(heads.first(head)))
                .toList();
        this.second = heads.hasOwnScores()
                ? IntStream.range(0, heads.count())
                        .mapToObj(head -> packed(heads.unembedding(head)))
                        .toList()
                : null;
    }

    private PackedLinear packed(Tensor weight) {
        return target.compute().pack(new LinearWeights(weight, null));
    }

    @Override
    public int count() {
        return first.size();
    }

    @Override
    public void open(int sequence, int positions) {
        newest.remove(sequence);
    }

    @Override
    public boolean hasRoomFor(int positions) {
        return true;
    }

    @Override
    public void observe(Observation observation) {
        int[] numbers = observation.numbers();
        if (numbers.length > 0) {
            float[] row = newest.computeIfAbsent(observation.sequence(), key -> new float[target.width()]);
            int at = observation.rows().hiddenAt(numbers[numbers.length - 1]);
            System.arraycopy(observation.rows().hidden(), at, row, 0, row.length);
        }
    }

    @Override
    public boolean isReady(int sequence) {
        return newest.containsKey(sequence);
    }

    @Override
    public float[] scores(List<DraftRequest> requests, int heads) {
        int width = target.width();
        int rows = requests.size();
        float[] said = new float[rows * width];
        for (int i = 0; i < rows; i++) {
            float[] row = Objects.requireNonNull(newest.get(requests.get(i).sequence()));
            System.arraycopy(row, 0, said, i * width, width);
        }
        float[] hidden = new float[heads * rows * width];
        float[] branch = new float[rows * width];
        for (int head = 0; head < heads; head++) {
            first.get(head).multiply(said, rows, branch);
            System.arraycopy(said, 0, hidden, head * rows * width, rows * width);
            activation.addSilu(hidden, head * rows * width, branch, rows * width);
        }
        return scored(hidden, heads, rows);
    }

    private float[] scored(float[] hidden, int heads, int rows) {
        int vocabulary = target.vocabulary();
        float[] scores = new float[heads * rows * vocabulary];
        if (second == null) {
            target.head().multiply(hidden, heads * rows, scores);
            return scores;
        }
        float[] own = new float[rows * target.width()];
        float[] ownScores = new float[rows * vocabulary];
        for (int head = 0; head < heads; head++) {
            System.arraycopy(hidden, head * own.length, own, 0, own.length);
            second.get(head).multiply(own, rows, ownScores);
            System.arraycopy(ownScores, 0, scores, head * ownScores.length, ownScores.length);
        }
        return scores;
    }

    @Override
    public void close(int sequence) {
        newest.remove(sequence);
    }

    @Override
    public void close() {
        newest.clear();
    }
}
