// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static io.howdah.trainer.sync.TableTraining.await;
import static io.howdah.trainer.sync.TableTraining.first;
import static io.howdah.trainer.sync.TableTraining.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.optim.Adagrad;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.ElementwiseRule;
import io.howdah.trainer.optim.Ftrl;
import io.howdah.trainer.optim.RowwiseAdagrad;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.optim.TensorRule;
import io.howdah.trainer.optim.TensorSlices;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SparseTablesTest {
    private static TableSettings settings(int admission, Eviction eviction) {
        return new TableSettings(new Sgd(0), 1, 0, admission, eviction);
    }

    static Stream<UpdateRule> rules() {
        return Stream.of(
                new Sgd(0),
                new Adagrad(0, 0.1, 1e-8),
                new Ftrl(0.01, 0.1, 1),
                new RowwiseAdagrad(0.1, 1e-8),
                new SparseAdam(0.9, 0.999, 1e-8));
    }

    /** A row that is updated alone, by the rule itself. */
    private static final class Alone {
        private final UpdateRule rule;
        private final float[] weights;
        private final float[][] state;

        Alone(UpdateRule rule, long id) {
            this.rule = rule;
            this.weights = first(id);
            List<String> names = rule.stateNames();
            this.state = new float[names.size()][];
            for (int i = 0; i < state.length; i++) {
                int size = rule instanceof TensorRule whole
                        ? whole.stateSizes(Shape.of(1, TableTraining.WIDTH))[i]
                        : TableTraining.WIDTH;
                state[i] = new float[size];
                Arrays.fill(state[i], rule.initialState(i));
            }
        }

        void update(float[] gradient, long step) {
            UpdateRule.Step now = new UpdateRule.Step(step, 0.5 * 0.25, 0);
            if (rule instanceof ElementwiseRule elementwise) {
                elementwise.update(weights, state, gradient, 0, weights.length, now);
            } else {
                TensorSlices.Slice slice = new TensorSlices.Slice(weights, gradient, 0, weights.length);
                ((TensorRule) rule).update(new TensorSlices(Shape.of(1, weights.length), List.of(slice)), state, now);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRowMovesAsIfItWereAlone(UpdateRule rule) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<Long, Alone> oracle = new HashMap<>();
        try (TableTraining training = new TableTraining(new TableSettings(rule, 0.25, 0, 1, Eviction.NEVER), 2)) {
            for (int step = 1; step <= 12; step++) {
                List<Map<Long, float[]>> pushed = List.of(gradients(random), gradients(random));
                assertThat(training.step(pushed.get(0), pushed.get(1)).decision())
                        .isEqualTo(Decision.APPLY);
                int count = step;
                means(pushed)
                        .forEach((id, gradient) -> oracle.computeIfAbsent(id, absent -> new Alone(rule, id))
                                .update(gradient, count));
            }
            oracle.forEach((id, alone) ->
                    assertThat(training.row(id)).as("seed %d, id %d", seed, id).containsExactly(alone.weights));
            assertThat(training.size().rows()).isEqualTo(oracle.size());
        }
    }

    private static Map<Long, float[]> gradients(Random random) {
        Map<Long, float[]> rows = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            float[] row = new float[TableTraining.WIDTH];
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(8) - 4);
            }
            rows.put((long) random.nextInt(900) << 40, row);
        }
        return rows;
    }

    /** Sums in order of the workers, divided by the number of samples. */
    private static Map<Long, float[]> means(List<Map<Long, float[]>> workers) {
        Map<Long, float[]> sums = new LinkedHashMap<>();
        for (Map<Long, float[]> rows : workers) {
            rows.forEach((id, row) -> {
                float[] sum = sums.computeIfAbsent(id, absent -> new float[row.length]);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += row[i];
                }
            });
        }
        for (float[] sum : sums.values()) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] /= workers.size();
            }
        }
        return sums;
    }

    @Test
    void aRowReadsAsItsFirstValuesUntilItIsTrainedAndReadingMakesNone() {
        try (TableTraining training = new TableTraining(settings(1, Eviction.NEVER), 1)) {
            assertThat(training.row(77)).containsExactly(first(77)).isNotEqualTo(first(78));
            assertThat(training.size().rows()).isZero();
            training.step(rows(77, 1));
            float[] moved = first(77);
            for (int i = 0; i < moved.length; i++) {
                moved[i] -= 0.5f;
            }
            assertThat(training.row(77)).containsExactly(moved);
            assertThat(training.row(78)).containsExactly(first(78));
            assertThat(training.size().rows()).isEqualTo(1);
        }
    }

    @Test
    void firstValuesAreNormalAndDifferByTableSeedAndId() {
        double sum = 0;
        double squares = 0;
        float[] values = new float[4];
        RowInitialiser initialiser = new RowInitialiser(new TableSpec("t", 4, 1, 0.5));
        int ids = 20_000;
        for (long id = 0; id < ids; id++) {
            initialiser.fill(id, values, 0);
            for (float value : values) {
                sum += value;
                squares += value * value;
            }
        }
        assertThat(sum / (4 * ids)).isBetween(-0.01, 0.01);
        assertThat(Math.sqrt(squares / (4 * ids))).isBetween(0.49, 0.51);
        float[] other = new float[4];
        new RowInitialiser(new TableSpec("u", 4, 1, 0.5)).fill(ids - 1, other, 0);
        assertThat(other).isNotEqualTo(values);
        new RowInitialiser(new TableSpec("t", 4, 2, 0.5)).fill(ids - 1, other, 0);
        assertThat(other).isNotEqualTo(values);
        new RowInitialiser(new TableSpec("t", 4, 1, 0)).fill(ids - 1, other, 0);
        assertThat(other).containsOnly(0);
    }

    @Test
    void anIdGetsItsRowWhenItHasBeenTrainedOftenEnough() {
        try (TableTraining training = new TableTraining(settings(3, Eviction.NEVER), 2)) {
            StepOutcome outcome = training.step(rows(1, 8, 2, 2), rows(1, 8));
            assertThat(outcome.gradientNorm()).isZero(); // what is dropped does not count
            assertThat(training.row(1)).containsExactly(first(1));
            assertThat(training.size())
                    .extracting(TableSize::rows, TableSize::candidates)
                    .containsExactly(0L, 2L);
            outcome = training.step(rows(1, 2), rows());
            assertThat(outcome.gradientNorm()).isEqualTo(Math.sqrt(TableTraining.WIDTH));
            float[] moved = first(1);
            for (int i = 0; i < moved.length; i++) {
                moved[i] -= 0.5f;
            }
            assertThat(training.row(1)).containsExactly(moved);
            assertThat(training.row(2)).containsExactly(first(2));
            assertThat(training.size())
                    .extracting(TableSize::rows, TableSize::candidates)
                    .containsExactly(1L, 1L);
        }
    }

    @Test
    void aSkippedStepNeitherMakesRowsNorCounts() {
        try (TableTraining training = new TableTraining(settings(2, Eviction.NEVER), 1)) {
            assertThat(training.step(rows(1, Float.NaN, 2, 1)).decision()).isEqualTo(Decision.SKIP);
            assertThat(training.step(rows(2, Float.POSITIVE_INFINITY)).decision())
                    .isEqualTo(Decision.SKIP);
            assertThat(training.size())
                    .extracting(TableSize::rows, TableSize::candidates)
                    .containsExactly(0L, 0L);
            assertThat(training.step(rows(2, 1)).decision()).isEqualTo(Decision.APPLY);
            assertThat(training.row(2)).containsExactly(first(2));
        }
    }

    @Test
    void rowsThatNoStepTouchedForLongGo() {
        try (TableTraining training = new TableTraining(settings(2, new Eviction(4, 0, 2)), 1)) {
            training.step(rows(1, 1, 2, 1, 3, 1));
            training.step(rows(1, 1, 2, 1)); // 3 stays a candidate
            for (int step = 2; step < 6; step++) {
                assertThat(training.size().rows()).isEqualTo(2);
                training.step(rows(2, 1));
            }
            assertThat(training.size())
                    .extracting(TableSize::rows, TableSize::candidates)
                    .containsExactly(1L, 0L);
            assertThat(training.row(1)).containsExactly(first(1));
            assertThat(training.row(2)).isNotEqualTo(first(2));
            training.step(rows(1, 1));
            assertThat(training.size().candidates()).isEqualTo(1); // it begins anew
        }
    }

    @Test
    void rowsThatAreSeldomTrainedGoButNotBeforeTheyHadAWholeInterval() {
        try (TableTraining training = new TableTraining(settings(1, new Eviction(0, 2, 3)), 1)) {
            training.step(rows(1, 1, 2, 1));
            training.step(rows());
            training.step(rows(3, 1)); // first look: all are new
            assertThat(training.size().rows()).isEqualTo(3);
            training.step(rows(1, 1, 2, 1));
            training.step(rows(1, 1));
            training.step(rows()); // second look: 2 was trained once, 3 never
            assertThat(training.size().rows()).isEqualTo(1);
            assertThat(training.row(1)).isNotEqualTo(first(1));
            assertThat(training.row(2)).containsExactly(first(2));
        }
    }

    @Test
    void theGlobalNormClipsRowsToo() {
        try (TableTraining training = new TableTraining(settings(1, Eviction.NEVER), 1, 1)) {
            StepOutcome outcome = training.step(rows(5, 3));
            double norm = 3 * Math.sqrt(TableTraining.WIDTH);
            assertThat(outcome.gradientNorm()).isEqualTo(norm);
            float expected = first(5)[0] - 0.5f * (3 * (float) (1 / (norm + 1e-6)));
            assertThat(training.row(5)[0]).isEqualTo(expected);
        }
    }

    @Test
    void aRowThatOverflowedIsNotWritten() {
        try (TableTraining training = new TableTraining(settings(1, Eviction.NEVER), 1)) {
            training.step(rows(5, 3e38, 6, 1));
            assertThat(await(training.store.snapshot(1, "finite"))).hasSize(1);
            training.step(rows(5, 3e38));
            training.step(rows(5, 3e38));
            assertRefused(() -> await(training.store.snapshot(3, "infinite")), "table=emb id=5 holds an infinity");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (TableTraining training = new TableTraining(settings(1, Eviction.NEVER), 1)) {
            LocalParameterStore store = training.store;
            Tensor row = Tensor.zeros(DType.FLOAT32, Shape.of(1, TableTraining.WIDTH));
            RowPush push = new RowPush(0, 0, 0, 0, 1, 1);
            assertRefused(
                    () -> await(store.pushRows(new RowPush(0, 0, 0, 2, 1, 1), new long[1], row)),
                    "table=2, expected one of the 2 agreed tables");
            assertRefused(() -> await(store.pullRows(-1, new long[1], 0, row)), "table=-1");
            assertRefused(() -> await(store.pushRows(push, new long[2], row)), "rows=2 bytes=20, expected [2, 5]");
            assertRefused(
                    () -> await(store.pullRows(1, new long[1], 0, row)), "table=lin shape=[1, 5], expected [1, 1]");
            Tensor two = Tensor.zeros(DType.FLOAT32, Shape.of(2, TableTraining.WIDTH));
            assertRefused(() -> await(store.pushRows(push, new long[] {9, 9}, two)), "id=9 appears twice");
            assertRefused(
                    () -> await(store.pushRows(new RowPush(0, 0, 0, 0, 1, 3), new long[1], row)), "lossScale=3.0");
            assertRefused(
                    () -> await(store.pushRows(new RowPush(0, 7, 0, 0, 1, 1), new long[1], row)), "logicalWorker=7");
            await(store.push(new Push(0, 0, 0, 0, 1, 1), Tensor.zeros(DType.FLOAT32, Shape.of(3))));
            await(store.pushRows(push, new long[1], row));
            assertRefused(
                    () -> await(store.pushRows(
                            new RowPush(0, 0, 0, 1, 2, 1), new long[0], Tensor.zeros(DType.FLOAT32, Shape.of(0, 1)))),
                    "samples=2");
            assertRefused(() -> await(store.finish(new StepReport(0, 0, 0, 1, 0, true))), "without rows of table lin");
            Tensor integers = Tensor.zeros(DType.INT64, Shape.of(1, TableTraining.WIDTH));
            assertRefused(() -> await(store.pullRows(0, new long[1], 0, integers)), "dtype=int64");
        }
        assertRefused(
                () -> new TableSettings(new AdamW(0.9, 0.999, 1e-8), 1, 0, 1, Eviction.NEVER),
                "optimiser=AdamW weightDecay=0.0, expected one that leaves rows without a gradient alone");
        assertRefused(() -> settings(0, Eviction.NEVER), "howdah.table.admission");
        assertRefused(() -> new TableSpec("a b", 1, 0, 0), "name=a b");
        assertRefused(() -> new TableSpec("a", 0, 0, 0), "width=0");
        assertRefused(
                () -> new ParameterTable(List.of(), List.of(new TableSpec("a", 1, 0, 0), new TableSpec("a", 2, 0, 0))),
                "table=a appears twice");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run).hasMessageContaining(message);
    }

    /** What is reported is what the heap grows by. */
    @Test
    void reportedMemoryIsWhatRowsTake() {
        TableSpec spec = new TableSpec("t", 16, 1, 0);
        List<TableRows.RowState> states = List.of(new TableRows.RowState("row_sum", 1, 0));
        long before = usedAfterCollection();
        TableRows rows = new TableRows(spec, states);
        int count = 400_000;
        for (long id = 0; id < count; id++) {
            rows.initialise(rows.create(id * 31));
        }
        long grown = usedAfterCollection() - before;
        assertThat((double) rows.bytes() / grown).isBetween(0.97, 1.03);
        assertThat((double) rows.bytes() / count).isBetween(16 * 4 + 4 + 8 + 8 + 4.0, 16 * 4 + 4 + 8 + 8 + 4 * 3.5);
        for (long id = 0; id < count; id += 2) {
            rows.index().remove(rows.index().find(id * 31));
        }
        long full = rows.weights().bytes();
        for (long id = 0; id < count / 2; id++) {
            rows.initialise(rows.create(-1 - id));
        }
        assertThat(rows.weights().bytes()).isEqualTo(full); // slots of evicted rows are used again
        assertThat(rows.index().end()).isEqualTo(count);
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
