// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.ParameterShard.Arrival;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParameterShardTest {
    private static final int ELEMENTS = 150;
    private static final int WORKERS = 5;
    private static final ParameterTable TABLE = new ParameterTable(List.of(
            new ParameterSpec("weight", Shape.of(10, 10), 1, 1), new ParameterSpec("bias", Shape.of(50), 2, 0)));

    /** Bytes that remember whether they were released. */
    private static final class Bytes implements Payload {
        private final ByteBuffer bytes;
        private int released;

        Bytes(float[] elements) {
            bytes = ByteBuffer.allocate(elements.length * 4).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(elements);
        }

        @Override
        public ByteBuffer bytes() {
            assertThat(released).isZero();
            return bytes.duplicate();
        }

        @Override
        public void release() {
            released++;
        }
    }

    private static ParameterShard shard(int chunkElements) {
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.1, 1);
        ShardRange range = new ShardRange(0, ELEMENTS, chunkElements);
        ParameterShard shard = new ParameterShard(TABLE, range, WORKERS, optimiser);
        for (int chunk = 0; chunk < range.chunks(); chunk++) {
            assertThat(shard.version()).isEqualTo(-1);
            shard.load(chunk, new Bytes(new float[range.chunkSize(chunk)]).bytes());
        }
        assertThat(shard.version()).isZero();
        return shard;
    }

    private static Contribution contribution(long step, int worker, int attempt, int chunk) {
        return new Contribution(step, worker, attempt, chunk, worker + 1, 1, DType.FLOAT32);
    }

    private static float[] wide(long seed, int size) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(40) - 20);
        }
        return values;
    }

    private static int[] weights(ParameterShard shard) {
        ByteBuffer into = ByteBuffer.allocate(ELEMENTS * 4).order(ByteOrder.LITTLE_ENDIAN);
        shard.read(0, ELEMENTS, DType.FLOAT32, into);
        int[] bits = new int[ELEMENTS];
        into.flip().asIntBuffer().get(bits);
        return bits;
    }

    private static StepOutcome outcome(ShardReport report, long samples) {
        double norm = Math.sqrt(report.squares().toDouble());
        return new StepOutcome(report.step(), Decision.APPLY, samples, 0, norm, 1);
    }

    @Test
    void anyOrderWithDuplicatesAndOldAttemptsGivesTheSameBits() {
        int[] expected = null;
        for (long seed = 0; seed < 40; seed++) {
            ParameterShard shard = shard(64);
            Random random = new Random(seed);
            for (long step = 0; step < 2; step++) {
                List<Bytes> all = addShuffled(shard, step, random);
                ShardReport report = shard.takeReport();
                assertThat(report).isNotNull();
                assertThat(shard.takeReport()).isNull();
                shard.apply(outcome(report, 15));
                assertThat(all).as("seed %d", seed).allMatch(bytes -> bytes.released == 1);
            }
            expected = expected == null ? weights(shard) : expected;
            assertThat(weights(shard)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    private static List<Bytes> addShuffled(ParameterShard shard, long step, Random random) {
        List<Contribution> arrivals = new ArrayList<>();
        for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
            for (int worker = 0; worker < WORKERS; worker++) {
                arrivals.add(contribution(step, worker, 1, chunk));
            }
        }
        Collections.shuffle(arrivals, random);
        for (int repeat = 0; repeat < 6; repeat++) {
            int place = random.nextInt(arrivals.size());
            Contribution again = arrivals.get(place);
            arrivals.add(place + random.nextInt(arrivals.size() - place) + 1, again);
        }
        List<Bytes> all = new ArrayList<>();
        for (Contribution arrival : arrivals) {
            long seed = step * 1000 + arrival.logicalWorker() * 10L + arrival.chunk();
            Bytes bytes = new Bytes(wide(seed, shard.range().chunkSize(arrival.chunk())));
            all.add(bytes);
            shard.add(arrival, bytes);
            Bytes stale = new Bytes(new float[shard.range().chunkSize(0)]);
            all.add(stale);
            assertThat(shard.add(contribution(step, arrival.logicalWorker(), 0, 0), stale))
                    .isEqualTo(Arrival.OLD_ATTEMPT);
        }
        return all;
    }

    @Test
    void squaresAndWeightsDoNotDependOnChunks() {
        int[] expected = null;
        double norm = 0;
        for (int chunkElements : new int[] {64, 128, 192}) {
            ParameterShard shard = shard(chunkElements);
            for (int worker = 0; worker < WORKERS; worker++) {
                float[] whole = wide(worker, ELEMENTS);
                for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
                    int from = (int) shard.range().chunkFrom(chunk);
                    int to = (int) shard.range().chunkTo(chunk);
                    shard.add(contribution(0, worker, 0, chunk), new Bytes(Arrays.copyOfRange(whole, from, to)));
                }
            }
            ShardReport report = shard.takeReport();
            norm = expected == null ? report.squares().toDouble() : norm;
            assertThat(report.squares().toDouble()).isEqualTo(norm);
            shard.apply(outcome(report, 15));
            expected = expected == null ? weights(shard) : expected;
            assertThat(weights(shard)).isEqualTo(expected);
        }
    }

    @Test
    void aNewerAttemptFencesOlderOnesWithADuplicateToo() {
        ParameterShard shard = shard(192);
        shard.add(contribution(0, 1, 3, 0), new Bytes(new float[ELEMENTS]));
        assertThat(shard.add(contribution(0, 1, 4, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.DUPLICATE);
        shard.apply(new StepOutcome(0, Decision.SKIP, 0, 0, Double.NaN, 1));
        assertThat(shard.add(contribution(1, 1, 3, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.OLD_ATTEMPT);
    }

    @Test
    void tellsWhatBecameOfAContribution() {
        ParameterShard shard = shard(192);
        assertThat(shard.add(contribution(0, 1, 3, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.WAITING);
        assertThat(shard.add(contribution(0, 1, 3, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.DUPLICATE);
        assertThat(shard.add(contribution(0, 1, 2, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.OLD_ATTEMPT);
        assertThat(shard.add(contribution(0, 0, 0, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.FOLDED);
        Bytes waiting = new Bytes(new float[ELEMENTS]);
        shard.add(contribution(0, 4, 0, 0), waiting);
        shard.apply(new StepOutcome(0, Decision.SKIP, 0, 0, Double.NaN, 1));
        assertThat(waiting.released).isEqualTo(1);
        assertThat(shard.version()).isEqualTo(1);
        assertThat(shard.appliedSteps()).isZero();
        assertThat(shard.add(contribution(0, 2, 0, 0), new Bytes(new float[ELEMENTS])))
                .isEqualTo(Arrival.OLD_STEP);
    }

    @Test
    void refusesWhatDoesNotFit() {
        ParameterShard shard = shard(192);
        Bytes whole = new Bytes(new float[ELEMENTS]);
        assertThatThrownBy(() -> shard.add(contribution(0, 5, 0, 0), whole)).hasMessageContaining("logicalWorker=5");
        assertThat(whole.released).isEqualTo(1);
        assertThatThrownBy(() -> shard.add(contribution(0, 0, 0, 1), new Bytes(new float[ELEMENTS])))
                .hasMessageContaining("chunk=1 of 1");
        assertThatThrownBy(() -> shard.add(contribution(0, 0, 0, 0), new Bytes(new float[3])))
                .hasMessageContaining("bytes=12");
        assertThatThrownBy(() -> shard.add(contribution(1, 0, 0, 0), new Bytes(new float[ELEMENTS])))
                .hasMessageContaining("step=1, expected at most 0");
        Contribution badScale = new Contribution(0, 0, 0, 0, 1, 3, DType.FLOAT32);
        assertThatThrownBy(() -> shard.add(badScale, new Bytes(new float[ELEMENTS])))
                .hasMessageContaining("lossScale=3.0");
        assertThatThrownBy(() -> shard.read(0, ELEMENTS + 1, DType.FLOAT32, ByteBuffer.allocate(0)))
                .hasMessageContaining("to=151");
    }

    @Test
    void dividesTheLossScaleOutExactly() {
        int[] expected = null;
        for (float scale : new float[] {1, 1024}) {
            ParameterShard shard = shard(192);
            for (int worker = 0; worker < WORKERS; worker++) {
                float[] gradient = wide(worker, ELEMENTS);
                for (int i = 0; i < ELEMENTS; i++) {
                    gradient[i] *= scale;
                }
                shard.add(new Contribution(0, worker, 0, 0, 3, scale, DType.FLOAT32), new Bytes(gradient));
            }
            shard.apply(outcome(shard.takeReport(), 15));
            expected = expected == null ? weights(shard) : expected;
            assertThat(weights(shard)).isEqualTo(expected);
        }
    }
}
