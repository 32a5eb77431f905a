// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.SliceTerms;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every parameter store does by slices; 0 servers is the local one. */
class SliceModesContractTest {
    private static final int LOGICAL = 3;

    private static SyncSettings settings(int logicalWorkers, DType dtype, Consistency consistency) {
        return StoreFixture.settings(logicalWorkers, dtype, 4).with(consistency);
    }

    private static StoreFixture open(SyncSettings settings, int servers) throws Exception {
        StoreFixture fixture = StoreFixture.open(settings, servers, 2, new MemoryBlobStore(), null);
        initialise(fixture);
        return fixture;
    }

    private static void initialise(StoreFixture fixture) {
        CompletableFuture<Long> other = fixture.worker(1).initialise(Training.TABLE, null);
        Training.initialise(fixture.worker(0));
        Training.await(other);
    }

    private static void push(ParameterStore store, long step, int worker, int attempt, DType dtype, Random random) {
        List<CompletableFuture<Void>> pushes = new ArrayList<>();
        for (Push push : Training.pushes(step, worker, attempt, random)) {
            pushes.add(Training.push(store, push, dtype));
            if (random.nextInt(3) == 0) {
                pushes.add(Training.push(store, push, dtype));
            }
        }
        pushes.forEach(Training::await);
    }

    private static CompletableFuture<StepOutcome> finish(
            ParameterStore store, long step, int worker, int attempt, SliceTerms terms) {
        return store.finish(new StepReport(step, worker, attempt, 3 + worker, 0.1 * worker, true, Double.NaN, terms));
    }

    private static StepOutcome slice(ParameterStore store, long step, int worker, DType dtype, Random random) {
        push(store, step, worker, 0, dtype, random);
        return Training.await(finish(store, step, worker, 0, new SliceTerms(1, false)));
    }

    private static SliceTurn turn(StepOutcome outcome) {
        return Objects.requireNonNull(outcome.slice());
    }

    /** What the slices come to as steps of one logical worker in synchronous training. */
    private static List<int[]> replayed(List<StepOutcome> outcomes, DType dtype) throws Exception {
        SyncSettings slices = settings(LOGICAL, dtype, Consistency.ASYNC);
        SyncSettings alone = new SyncSettings(1, dtype, DType.FLOAT32, 4, 128, slices.shardOptimiser());
        List<StepOutcome> order = new ArrayList<>(outcomes);
        order.sort(Comparator.comparingLong(outcome -> turn(outcome).sequence()));
        try (StoreFixture fixture = StoreFixture.open(alone, 0, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            for (int n = 0; n < order.size(); n++) {
                StepOutcome slice = order.get(n);
                assertThat(turn(slice).sequence()).isEqualTo(n);
                int worker = turn(slice).logicalWorker();
                for (int parameter = 0; parameter < Training.TABLE.size(); parameter++) {
                    float[] values = Training.values(slice.step() * 100 + worker, parameter);
                    Push push = new Push(n, 0, 0, parameter, 3 + worker, 1);
                    Training.await(store.push(push, Training.tensor(dtype, values, parameter)));
                }
                StepOutcome outcome =
                        Training.await(store.finish(new StepReport(n, 0, 0, 3 + worker, 0.1 * worker, true)));
                assertThat(outcome.gradientNorm()).isEqualTo(slice.gradientNorm());
            }
            return Training.weights(store, order.size());
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void slicesMoveTheWeightsInTheirDecidedOrder(int servers) throws Exception {
        for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT32)) {
            Random random = new Random(servers);
            List<StepOutcome> outcomes = new ArrayList<>();
            try (StoreFixture fixture = open(settings(LOGICAL, dtype, Consistency.ASYNC), servers)) {
                ParameterStore fast = fixture.worker(0);
                ParameterStore slow = fixture.worker(1);
                for (long step = 0; step < 3; step++) {
                    outcomes.add(slice(fast, step, 0, dtype, random));
                }
                push(slow, 0, 1, 0, dtype, random);
                push(slow, 0, 2, 0, dtype, random);
                List<CompletableFuture<StepOutcome>> both = List.of(
                        finish(slow, 0, 2, 0, new SliceTerms(1, false)),
                        finish(slow, 0, 1, 0, new SliceTerms(1, false)));
                both.forEach(outcome -> outcomes.add(Training.await(outcome)));
                for (long step = 1; step < 3; step++) {
                    outcomes.add(slice(slow, step, 1, dtype, random));
                    outcomes.add(slice(slow, step, 2, dtype, random));
                }
                assertThat(Training.await(fast.nextStep(2))).isEqualTo(3);
                Training.assertSameBits(
                        Training.weights(fast, 3), replayed(outcomes, dtype), servers + " servers, " + dtype);
            }
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 2})
    void oneLogicalWorkerHasTheBitsOfSynchronousTraining(int servers) throws Exception {
        List<List<int[]>> weights = new ArrayList<>();
        for (Consistency consistency : List.of(Consistency.SYNC, Consistency.ssp(0), Consistency.ASYNC)) {
            SyncSettings settings = settings(1, DType.BFLOAT16, consistency);
            try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
                ParameterStore store = fixture.worker(0);
                Training.initialise(store);
                for (long step = 0; step < 3; step++) {
                    assertThat(Training.await(store.nextStep(0))).isEqualTo(step);
                    slice(store, step, 0, DType.BFLOAT16, new Random(step));
                }
                weights.add(Training.weights(store, 3));
            }
        }
        Training.assertSameBits(weights.get(1), weights.get(0), "ssp");
        Training.assertSameBits(weights.get(2), weights.get(0), "async");
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 3})
    void nobodyIsFurtherAheadThanTheBoundAndEverybodySeesItsOwn(int servers) throws Exception {
        Consistency consistency = Consistency.ssp(1);
        try (StoreFixture fixture = open(settings(LOGICAL, DType.FLOAT32, consistency), servers)) {
            ParameterStore store = fixture.worker(0);
            Tensor before =
                    Tensor.zeros(DType.FLOAT32, Training.TABLE.specs().get(1).shape());
            assertThat(Training.await(store.pull(1, consistency.minimumVersion(0), before)))
                    .isZero();
            slice(store, 0, 0, DType.FLOAT32, new Random(1));
            Tensor own = Tensor.zeros(DType.FLOAT32, before.shape());
            assertThat(Training.await(store.pull(1, consistency.minimumVersion(1), own)))
                    .isZero();
            assertThat(own.toFloats()).isNotEqualTo(before.toFloats());
            slice(store, 1, 0, DType.FLOAT32, new Random(2));
            Tensor late = Tensor.zeros(DType.FLOAT32, before.shape());
            CompletableFuture<Long> parked = store.pull(1, consistency.minimumVersion(2), late);
            slice(fixture.worker(1), 0, 1, DType.FLOAT32, new Random(3));
            Training.await(store.pull(1, 0, own));
            assertThat(parked).isNotDone();
            slice(fixture.worker(1), 0, 2, DType.FLOAT32, new Random(4));
            assertThat(Training.await(parked)).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2})
    void aSliceThatIsNotFiniteIsSkippedAloneAndTooManyInARowEndTheJob(int servers) throws Exception {
        try (StoreFixture fixture = open(settings(LOGICAL, DType.FLOAT16, Consistency.ASYNC), servers)) {
            ParameterStore store = fixture.worker(0);
            List<int[]> first = Training.weights(store, 0);
            List<CompletableFuture<StepOutcome>> together = new ArrayList<>();
            for (int worker = 0; worker < 2; worker++) {
                SliceTerms terms = new SliceTerms(65536, false);
                together.add(store.finish(new StepReport(0, worker, 0, 3, 0, false, Double.NaN, terms)));
            }
            for (CompletableFuture<StepOutcome> outcome : together) {
                // Both were scaled alike: the second overflow says nothing new.
                assertThat(Training.await(outcome).nextLossScale()).isEqualTo(32768);
                assertThat(Training.await(outcome).decision()).isEqualTo(Decision.SKIP);
            }
            assertThat(slice(fixture.worker(1), 0, 2, DType.FLOAT16, new Random(1))
                            .decision())
                    .isEqualTo(Decision.APPLY);
            assertThat(Training.weights(store, 1).get(0)).isNotEqualTo(first.get(0));
            float scale = 32768;
            CompletableFuture<StepOutcome> last = null;
            for (long step = 1; step <= 4; step++) {
                SliceTerms terms = new SliceTerms(scale, false);
                last = store.finish(new StepReport(step, 0, 0, 3, 0, false, Double.NaN, terms));
                if (step < 4) {
                    scale = Training.await(last).nextLossScale();
                }
            }
            CompletableFuture<StepOutcome> failed = Objects.requireNonNull(last);
            assertThatThrownBy(() -> Training.await(failed))
                    .hasMessageContaining("logicalWorker=0 skippedInARow=4 slices")
                    .hasMessageContaining("howdah.sync.max.skipped.steps=4");
        }
    }

    @ParameterizedTest(name = "{0} to {1} servers")
    @CsvSource({"0,0", "0,2", "2,3", "3,0"})
    void aSnapshotHoldsWholeStepsAndTrainingGoesOnFromIt(int servers, int later) throws Exception {
        SyncSettings settings = settings(2, DType.FLOAT32, Consistency.ASYNC);
        MemoryBlobStore blobs = new MemoryBlobStore();
        List<BlobInfo> written;
        List<int[]> expected;
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 2, blobs, null)) {
            initialise(fixture);
            slice(fixture.worker(0), 0, 0, DType.FLOAT32, new Random(1));
            slice(fixture.worker(1), 0, 1, DType.FLOAT32, new Random(2));
            push(fixture.worker(1), 1, 1, 0, DType.FLOAT32, new Random(3));
            CompletableFuture<StepOutcome> held = finish(fixture.worker(1), 1, 1, 0, new SliceTerms(1, true));
            written = Training.await(fixture.worker(0).snapshot(1, "step-1"));
            assertThat(written).hasSize(Math.max(1, servers));
            assertThat(held).isNotDone();
            StepReport leads = new StepReport(1, 0, 0, 3, 0, true, 0.25, new SliceTerms(1, true));
            push(fixture.worker(0), 1, 0, 0, DType.FLOAT32, new Random(4));
            assertThat(turn(Training.await(fixture.worker(0).finish(leads))).sequence())
                    .isEqualTo(2);
            assertThat(turn(Training.await(held)).sequence()).isEqualTo(3);
            assertThat(Training.await(held).evaluation()).isEqualTo(0.25);
            assertThatThrownBy(() -> Training.await(fixture.worker(0).snapshot(1, "late")))
                    .hasMessageContaining("version=1, expected 2");
            expected = Training.weights(fixture.worker(0), 2);
        }
        blobs.commit("step-1");
        SnapshotSource source = new SnapshotSource("step-1", written);
        try (StoreFixture fixture = StoreFixture.open(settings, later, 2, blobs, source)) {
            initialise(fixture, 1);
            assertThat(Training.await(fixture.worker(1).nextStep(1))).isEqualTo(1);
            slice(fixture.worker(0), 1, 0, DType.FLOAT32, new Random(5));
            slice(fixture.worker(1), 1, 1, DType.FLOAT32, new Random(6));
            Training.assertSameBits(Training.weights(fixture.worker(0), 2), expected, "resumed");
        }
        try (StoreFixture fixture = StoreFixture.open(settings.with(Consistency.SYNC), later, 2, blobs, source)) {
            assertThatThrownBy(() -> Training.await(fixture.worker(1).initialise(Training.TABLE, null)))
                    .hasMessageContaining("updates by slices, expected the other kind of howdah.sync.mode");
        }
    }

    private static void initialise(StoreFixture fixture, long version) {
        for (int worker = 1; worker >= 0; worker--) {
            List<Tensor> weights = worker == 0 ? Training.initialWeights() : null;
            assertThat(Training.await(fixture.worker(worker).initialise(Training.TABLE, weights)))
                    .isEqualTo(version);
            if (fixture.worker(0) == fixture.worker(1)) {
                return;
            }
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 2})
    void attemptsAtASliceDoNotMix(int servers) throws Exception {
        DType dtype = DType.FLOAT32;
        try (StoreFixture fixture = open(settings(LOGICAL, dtype, Consistency.ASYNC), servers)) {
            ParameterStore older = fixture.worker(0);
            ParameterStore newer = fixture.worker(1);
            // Half of a slice, computed with other weights than the next attempt's.
            for (int parameter = 0; parameter < 3; parameter++) {
                Push push = new Push(0, 0, 0, parameter, 3, 1);
                Training.await(older.push(push, Training.tensor(dtype, Training.values(77, parameter), parameter)));
            }
            push(newer, 0, 0, 1, dtype, new Random(1));
            StepOutcome outcome = Training.await(finish(newer, 0, 0, 1, new SliceTerms(1, false)));
            assertThat(turn(outcome)).isEqualTo(new SliceTurn(0, 1, 0));
            List<StepOutcome> outcomes = new ArrayList<>(List.of(outcome));
            // Whoever reports what is decided is told so.
            assertThat(Training.await(finish(newer, 0, 0, 1, new SliceTerms(1, false))))
                    .isEqualTo(outcome);
            for (int worker = 1; worker < LOGICAL; worker++) {
                outcomes.add(slice(newer, 0, worker, dtype, new Random(worker)));
            }
            Training.assertSameBits(Training.weights(newer, 1), replayed(outcomes, dtype), "newer attempt");
        }
    }

    /** Weights that are rounded once for all who ask must be forgotten with every slice, not with every version. */
    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2})
    void everySliceShowsInWideChunks(int servers) throws Exception {
        Optimiser optimiser = new Optimiser(new Sgd(0), LearningRate.constant(1), 0, 0);
        SyncSettings settings =
                new SyncSettings(2, DType.FLOAT32, DType.FLOAT32, 8, 1 << 16, optimiser).with(Consistency.ASYNC);
        int count = 3 << 16;
        ParameterTable table = new ParameterTable(List.of(new ParameterSpec("wide", Shape.of(count), 1, 1)));
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.await(store.initialise(table, List.of(Tensor.zeros(DType.FLOAT32, Shape.of(count)))));
            for (long step = 0; step < 3; step++) {
                Training.await(store.push(new Push(step, 0, 0, 0, 1, 1), Tensor.of(ones, count)));
                Training.await(store.finish(new StepReport(step, 0, 0, 1, 0, true)));
                Tensor weights = Tensor.zeros(DType.FLOAT32, Shape.of(count));
                assertThat(Training.await(store.pull(0, 0, weights))).isZero();
                assertThat(weights.toFloats()).containsOnly(-(step + 1f));
            }
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2})
    void sparseTablesTrainBySlices(int servers) throws Exception {
        SyncSettings settings = TableTraining.settings(DType.FLOAT32).with(Consistency.ssp(2));
        List<List<int[]>> read = new ArrayList<>();
        for (int count : new int[] {0, servers}) {
            try (StoreFixture fixture = StoreFixture.open(settings, count, 1, new MemoryBlobStore(), null)) {
                ParameterStore store = fixture.worker(0);
                Training.await(TableTraining.initialise(store, 0));
                for (long step = 0; step < 3; step++) {
                    for (int worker = 0; worker < TableTraining.LOGICAL; worker++) {
                        List<Runnable> pushes = TableTraining.pushes(store, step, worker, 0, DType.FLOAT32);
                        pushes.forEach(Runnable::run);
                        pushes.forEach(Runnable::run);
                        StepOutcome outcome = Training.await(TableTraining.finish(store, step, worker, 0));
                        assertThat(turn(outcome).sequence()).isEqualTo(step * TableTraining.LOGICAL + worker);
                    }
                }
                read.add(TableTraining.read(store, 3));
            }
        }
        assertThat(read.get(1)).hasSameSizeAs(read.get(0));
        for (int i = 0; i < read.get(0).size(); i++) {
            assertThat(read.get(1).get(i)).isEqualTo(read.get(0).get(i));
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {1, 2})
    void processesOfAnotherConsistencyAreRefused(int servers) throws Exception {
        SyncSettings settings = settings(LOGICAL, DType.FLOAT32, Consistency.ssp(1));
        try (StoreFixture fixture = open(settings, servers)) {
            try (ParameterStore other = fixture.another(settings.with(Consistency.ssp(2)), 3)) {
                assertThatThrownBy(() -> Training.await(other.initialise(Training.TABLE, null)))
                        .hasMessageContaining("consistency=ssp(2), expected ssp(1)");
            }
        }
    }
}
