// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.optim.Better;
import io.howdah.trainer.optim.ConstantSchedule;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Plateau;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class SliceShardTest {
    private static final double RATE = 0.5;
    private static final int WORKERS = 2;
    private static final ParameterTable TABLE =
            new ParameterTable(List.of(new ParameterSpec("weight", Shape.of(64), 1, 1)));

    /** A shard whose rate every evaluation that is no better halves. */
    private static SliceShard onPlateau() {
        Plateau.Rule rule = new Plateau.Rule(Better.LOWER, 0.5, 0, 0, Plateau.Threshold.ABSOLUTE, 0, 0);
        Optimiser optimiser = new Optimiser(new Sgd(0), new LearningRate(RATE, new ConstantSchedule(), rule), 0, 0);
        SliceShard shard = new SliceShard(TABLE, new ShardRange(0, 64, 64), WORKERS, optimiser, TableShards.none());
        assertThat(shard.load(0, ByteBuffer.allocate(64 * Float.BYTES))).isTrue();
        return shard;
    }

    private static StepOutcome skipped(long step, double evaluation, SliceTurn turn) {
        return new StepOutcome(step, StepOutcome.Decision.SKIP, 0, 0, Double.NaN, 1, evaluation, turn);
    }

    /** The outcomes of all slices of a step may tell of its evaluation, in any order. */
    @Test
    void anEvaluationCountsOncePerStep() {
        SliceShard shard = onPlateau();
        double[] evaluations = {1, 2, 1.5};
        double[] rates = {RATE, RATE / 2, RATE / 4};
        for (int step = 0; step < evaluations.length; step++) {
            for (int turn = 0; turn < WORKERS; turn++) {
                int worker = (step + turn) % WORKERS;
                shard.apply(skipped(step, evaluations[step], new SliceTurn(worker, 0, shard.state())));
            }
            assertThat(shard.version()).isEqualTo(step + 1);
            assertThat(shard.course().at(1)).as("step %d", step).isEqualTo(rates[step]);
        }
    }
}
