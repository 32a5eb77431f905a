// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.optim.Adafactor;
import io.howdah.trainer.optim.Lamb;
import io.howdah.trainer.optim.RowwiseAdagrad;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every parameter store does; 0 servers is the local one. */
class ParameterStoreContractTest {
    private static final int LOGICAL = 4;

    /** Weights after two steps without any disturbance, in the local store. */
    private static List<int[]> undisturbed(DType dtype) throws Exception {
        return undisturbed(StoreFixture.settings(LOGICAL, dtype, 8), 0, dtype);
    }

    private static List<int[]> undisturbed(SyncSettings settings, int servers, DType dtype) throws Exception {
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            for (long step = 0; step < 2; step++) {
                step(fixture, step, 1, dtype, new Random(0));
            }
            return Training.weights(store, 2);
        }
    }

    /** All logical workers, dealt out to {@code processes}, contribute in order. */
    private static StepOutcome step(StoreFixture fixture, long step, int processes, DType dtype, Random random) {
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < LOGICAL; worker++) {
            ParameterStore store = fixture.worker(worker % processes);
            for (Push push : Training.pushes(step, worker, 0, random)) {
                Training.await(Training.push(store, push, dtype));
            }
            outcomes.add(Training.finish(store, step, worker, 0));
        }
        outcomes.forEach(outcome -> assertThat(Training.await(outcome)).isEqualTo(Training.await(outcomes.get(0))));
        return Training.await(outcomes.get(0));
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {1, 2, 3})
    void rulesOfWholeTensorsGiveTheSameBitsOnAnyNumberOfServers(int servers) throws Exception {
        for (UpdateRule rule :
                List.of(new Lamb(0.9, 0.999, 1e-8), new Adafactor(-0.8, 1e-7, 1e-3, 1), new RowwiseAdagrad(0, 1e-8))) {
            SyncSettings settings = StoreFixture.settings(rule, LOGICAL, DType.BFLOAT16, 8);
            Training.assertSameBits(
                    undisturbed(settings, servers, DType.BFLOAT16),
                    undisturbed(settings, 0, DType.BFLOAT16),
                    rule.getClass().getSimpleName());
        }
    }

    @ParameterizedTest(name = "{0} servers, {1}")
    @CsvSource({"0,BFLOAT16", "1,BFLOAT16", "2,BFLOAT16", "3,BFLOAT16", "2,FLOAT16", "3,FLOAT32"})
    void anyOrderDuplicatesAndOldAttemptsGiveTheSameBits(int servers, DType dtype) throws Exception {
        List<int[]> expected = undisturbed(dtype);
        for (long seed = 0; seed < 6; seed++) {
            SyncSettings settings = StoreFixture.settings(LOGICAL, dtype, 8);
            Random random = new Random(seed);
            try (StoreFixture fixture = StoreFixture.open(settings, servers, 3, new MemoryBlobStore(), null)) {
                initialiseAll(fixture, 3);
                for (long step = 0; step < 2; step++) {
                    disturbedStep(fixture, step, dtype, random);
                }
                Training.assertSameBits(
                        Training.weights(fixture.worker(2), 2), expected, servers + " servers, seed " + seed);
            }
        }
    }

    private static void initialiseAll(StoreFixture fixture, int processes) {
        List<CompletableFuture<Long>> versions = new ArrayList<>();
        for (int process = processes - 1; process > 0; process--) {
            versions.add(fixture.worker(process).initialise(Training.TABLE, null));
        }
        versions.add(fixture.worker(0).initialise(Training.TABLE, Training.initialWeights()));
        versions.forEach(version -> assertThat(Training.await(version)).isZero());
    }

    /** Every slice is contributed by two processes, all pushes shuffled, with a stale attempt in between. */
    private static void disturbedStep(StoreFixture fixture, long step, DType dtype, Random random) {
        record Action(int process, Push push) {}
        List<Action> actions = new ArrayList<>();
        for (int worker = 0; worker < LOGICAL; worker++) {
            for (int copy = 0; copy < 2; copy++) {
                int process = (worker + copy) % 3;
                for (Push push : Training.pushes(step, worker, 1, random)) {
                    actions.add(random.nextInt(actions.size() + 1), new Action(process, push));
                    actions.add(random.nextInt(actions.size() + 1), new Action(process, push));
                }
            }
        }
        List<CompletableFuture<?>> futures = new ArrayList<>();
        for (Action action : actions) {
            futures.add(Training.push(fixture.worker(action.process), action.push, dtype));
        }
        futures.forEach(Training::await);
        for (int process = 0; process < 3; process++) {
            // The answer comes after everything this process has pushed: the servers have seen attempt 1.
            Training.weights(fixture.worker(process), step);
        }
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int worker = LOGICAL - 1; worker >= 0; worker--) {
            Push stale = new Push(step, worker, 0, 0, 3 + worker, 1);
            Training.await(
                    fixture.worker((worker + 2) % 3).push(stale, Training.tensor(dtype, Training.values(77, 0), 0)));
            outcomes.add(Training.finish(fixture.worker(worker % 3), step, worker, 1));
        }
        outcomes.forEach(
                outcome -> assertThat(Training.await(outcome).decision()).isEqualTo(Decision.APPLY));
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void anyNumberOfProcessesGivesTheSameOutcomeAndBits(int servers) throws Exception {
        List<int[]> expected = undisturbed(DType.BFLOAT16);
        StepOutcome first = null;
        for (int processes : new int[] {1, 2, 4}) {
            SyncSettings settings = StoreFixture.settings(LOGICAL, DType.BFLOAT16, 8);
            try (StoreFixture fixture = StoreFixture.open(settings, servers, processes, new MemoryBlobStore(), null)) {
                initialiseAll(fixture, processes);
                step(fixture, 0, processes, DType.BFLOAT16, new Random(processes));
                StepOutcome outcome = step(fixture, 1, processes, DType.BFLOAT16, new Random(processes));
                first = first == null ? outcome : first;
                assertThat(outcome).isEqualTo(first);
                Training.assertSameBits(Training.weights(fixture.worker(0), 2), expected, processes + " processes");
            }
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void pullWaitsForItsVersionAndConvertsToTheWireDtype(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.BFLOAT16, 8);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            Tensor half =
                    Tensor.zeros(DType.BFLOAT16, Training.TABLE.specs().get(1).shape());
            assertThat(Training.await(store.pull(1, 0, half))).isZero();
            Tensor expected = Training.tensor(DType.BFLOAT16, Training.values(1001, 1), 1);
            assertThat(half.toFloats()).containsExactly(expected.toFloats());
            Tensor later = Tensor.zeros(DType.FLOAT32, half.shape());
            CompletableFuture<Long> parked = store.pull(1, 1, later);
            Training.weights(store, 0);
            assertThat(parked).isNotDone();
            step(fixture, 0, 1, DType.BFLOAT16, new Random(1));
            assertThat(Training.await(parked)).isEqualTo(1);
            assertThat(later.toFloats()).isNotEqualTo(Training.values(1001, 1));
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void pullsThatDoNotFitTheTableAreRefused(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.BFLOAT16, 8);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            int size = Training.TABLE.size();
            Tensor into = Tensor.zeros(DType.FLOAT32, Shape.of(2));
            for (int parameter : new int[] {-1, size}) {
                assertThatThrownBy(() -> Training.await(store.pull(parameter, 0, into)))
                        .hasMessageContaining("Cannot pull weights: parameter=" + parameter + ", expected one of the "
                                + size + " agreed parameters");
            }
            ParameterSpec spec = Training.TABLE.specs().get(1);
            assertThatThrownBy(() -> Training.await(store.pull(1, 0, into)))
                    .hasMessageContaining("Cannot pull weights: name=" + spec.name() + " shape=" + into.shape()
                            + ", expected " + spec.shape());
            assertThat(Training.weights(store, 0)).hasSize(size);
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void aGradientThatIsNotFiniteSkipsTheStepAndTooManyEndTheJob(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(1, DType.FLOAT16, 2);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            assertThat(store.lossScale()).isEqualTo(65536);
            List<int[]> before = Training.weights(store, 0);
            for (Push push : Training.pushes(0, 0, 0, new Random(3))) {
                float[] values = Training.values(5, push.parameter());
                if (push.parameter() == 4) {
                    values[7] = Float.NEGATIVE_INFINITY;
                }
                Training.await(store.push(push, Training.tensor(DType.FLOAT16, values, push.parameter())));
            }
            StepOutcome outcome = Training.await(Training.finish(store, 0, 0, 0));
            assertThat(outcome.decision()).isEqualTo(Decision.SKIP);
            assertThat(outcome.nextLossScale()).isEqualTo(32768);
            assertThat(store.lossScale()).isEqualTo(32768);
            Training.assertSameBits(Training.weights(store, 1), before, "skipped");
            CompletableFuture<StepOutcome> second = store.finish(new StepReport(1, 0, 0, 3, 0, false));
            assertThatThrownBy(() -> Training.await(second)).hasMessageContaining("skippedInARow=2");
            assertThatThrownBy(() -> Training.await(
                            store.pull(0, 0, Training.initialWeights().get(0))))
                    .hasMessageContaining("howdah.sync.max.skipped.steps=2");
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void theEvaluationOfLogicalWorker0ComesToAllProcesses(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(2, DType.BFLOAT16, 8);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 2, new MemoryBlobStore(), null)) {
            initialiseAll(fixture, 2);
            for (double evaluation : new double[] {0.1 + 0.2, Double.NaN}) {
                long step = Double.isNaN(evaluation) ? 1 : 0;
                List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
                for (int worker = 1; worker >= 0; worker--) {
                    ParameterStore store = fixture.worker(worker);
                    for (Push push : Training.pushes(step, worker, 0, new Random(worker))) {
                        Training.await(Training.push(store, push, DType.BFLOAT16));
                    }
                    double told = worker == 0 ? evaluation : 7;
                    outcomes.add(store.finish(new StepReport(step, worker, 0, 3 + worker, 1, true, told)));
                }
                outcomes.forEach(outcome ->
                        assertThat(Training.await(outcome).evaluation()).isEqualTo(Double.valueOf(evaluation)));
            }
        }
    }

    @ParameterizedTest(name = "{0} to {1} servers")
    @CsvSource({"0,2", "1,3", "3,0"})
    void evaluationsLowerTheRateAlikeOnAnyServersAndAfterASnapshot(int servers, int later) throws Exception {
        MemoryBlobStore blobs = new MemoryBlobStore();
        List<int[]> lowered = afterEvaluations(0, 0, 3, new MemoryBlobStore());
        assertThat(lowered.get(0))
                .isNotEqualTo(afterEvaluations(0, 0, 1, new MemoryBlobStore()).get(0));
        Training.assertSameBits(afterEvaluations(servers, later, 3, blobs), lowered, "lowered");
    }

    /** Weights after two steps, a snapshot and two more, of which the first three bring the evaluations 2, {@code value}, 2. */
    private static List<int[]> afterEvaluations(int servers, int later, double value, MemoryBlobStore blobs)
            throws Exception {
        SyncSettings settings = StoreFixture.plateau();
        double[] evaluations = {2, value, 2, Double.NaN};
        List<BlobInfo> written;
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, blobs, null)) {
            Training.initialise(fixture.worker(0));
            evaluated(fixture.worker(0), 0, evaluations[0]);
            evaluated(fixture.worker(0), 1, evaluations[1]);
            written = Training.await(fixture.worker(0).snapshot(2, "step-2"));
        }
        blobs.commit("step-2");
        try (StoreFixture fixture =
                StoreFixture.open(settings, later, 1, blobs, new SnapshotSource("step-2", written))) {
            assertThat(Training.initialise(fixture.worker(0))).isEqualTo(2);
            evaluated(fixture.worker(0), 2, evaluations[2]);
            evaluated(fixture.worker(0), 3, evaluations[3]);
            return Training.weights(fixture.worker(0), 4);
        }
    }

    private static void evaluated(ParameterStore store, long step, double evaluation) {
        for (Push push : Training.pushes(step, 0, 0, new Random(step))) {
            Training.await(Training.push(store, push, DType.BFLOAT16));
        }
        Training.await(store.finish(new StepReport(step, 0, 0, 3, 1, true, evaluation)));
    }

    @ParameterizedTest(name = "{0} to {1} servers")
    @CsvSource({"0,0", "0,2", "1,3", "3,2", "2,0"})
    void trainingGoesOnFromASnapshotWithTheSameBitsOnAnyNumberOfServers(int servers, int later) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.FLOAT16, 8);
        MemoryBlobStore blobs = new MemoryBlobStore();
        List<BlobInfo> written;
        List<int[]> expected;
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 2, blobs, null)) {
            initialiseAll(fixture, 2);
            step(fixture, 0, 2, DType.FLOAT16, new Random(1));
            written = Training.await(fixture.worker(0).snapshot(1, "step-1"));
            assertThat(written).hasSize(Math.max(1, servers));
            step(fixture, 1, 2, DType.FLOAT16, new Random(1));
            assertThatThrownBy(() -> Training.await(fixture.worker(0).snapshot(1, "late")))
                    .hasMessageContaining("version=1, expected 2");
            expected = Training.weights(fixture.worker(0), 2);
        }
        blobs.commit("step-1");
        SnapshotSource source = new SnapshotSource("step-1", written);
        try (StoreFixture fixture = StoreFixture.open(settings, later, 2, blobs, source)) {
            assertThat(Training.await(fixture.worker(1).initialise(Training.TABLE, null)))
                    .isEqualTo(1);
            if (later > 0) {
                assertThat(Training.initialise(fixture.worker(0))).isEqualTo(1);
            }
            step(fixture, 1, 2, DType.FLOAT16, new Random(2));
            Training.assertSameBits(Training.weights(fixture.worker(0), 2), expected, "resumed");
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void anotherTableIsRefused(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.BFLOAT16, 8);
        ParameterTable other = new ParameterTable(Training.TABLE.specs().subList(0, 2));
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 2, new MemoryBlobStore(), null)) {
            Training.initialise(fixture.worker(0));
            assertThatThrownBy(() -> Training.await(fixture.worker(1).initialise(other, null)))
                    .hasMessageContaining("parameters=2 elements=670, expected the agreed table of 6");
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2, 3})
    void finishWithoutEveryPushNamesTheMissingParameter(int servers) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.BFLOAT16, 8);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            assertThatThrownBy(() -> Training.await(Training.finish(store, 0, 0, 0)))
                    .hasMessageContaining("without parameter embedding");
        }
    }
}
