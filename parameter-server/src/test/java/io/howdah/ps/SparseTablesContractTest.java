// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.ps.wire.Counter;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.sync.Eviction;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSettings;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every parameter store does with sparse tables; 0 servers is the local one. */
class SparseTablesContractTest {
    private static final int STEPS = 5;

    private static List<int[]> undisturbed(DType dtype, int steps) throws Exception {
        try (StoreFixture fixture =
                StoreFixture.open(TableTraining.settings(dtype), 0, 1, new MemoryBlobStore(), null)) {
            Training.await(TableTraining.initialise(fixture.worker(0), 0));
            for (long step = 0; step < steps; step++) {
                TableTraining.step(fixture.worker(0), step, dtype);
            }
            return TableTraining.read(fixture.worker(0), steps);
        }
    }

    private static void assertSameBits(List<int[]> actual, List<int[]> expected, String text) {
        for (int table = 0; table < expected.size(); table++) {
            assertThat(actual.get(table)).as(text + ", table " + table).isEqualTo(expected.get(table));
        }
    }

    @ParameterizedTest(name = "{0} servers, {1}")
    @CsvSource({"0,BFLOAT16", "1,BFLOAT16", "2,BFLOAT16", "3,BFLOAT16", "4,BFLOAT16", "2,FLOAT16", "3,FLOAT32"})
    void anyOrderDuplicatesAndOldAttemptsGiveTheSameBits(int servers, DType dtype) throws Exception {
        List<int[]> expected = undisturbed(dtype, STEPS);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (StoreFixture fixture =
                StoreFixture.open(TableTraining.settings(dtype), servers, 2, new MemoryBlobStore(), null)) {
            CompletableFuture<Long> other = TableTraining.initialise(fixture.worker(1), 1);
            assertThat(Training.await(TableTraining.initialise(fixture.worker(0), 0)))
                    .isZero();
            assertThat(Training.await(other)).isZero();
            for (long step = 0; step < STEPS; step++) {
                TableTraining.disturbedStep(fixture, step, dtype, random);
            }
            assertSameBits(TableTraining.read(fixture.worker(1), STEPS), expected, "seed " + seed);
            long rows = 0;
            for (ParameterServer server : fixture.servers()) {
                assertThat(server.counters().value(Counter.DUPLICATES)).isPositive();
                rows += server.tableSizes().get(0).rows();
                assertThat(server.tableSizes()).allMatch(size -> size.bytes() > 0);
            }
            assertThat(rows).isBetween(servers == 0 ? 0L : 1L, (long) TableTraining.IDS);
        }
    }

    @ParameterizedTest(name = "{0} to {1} servers")
    @CsvSource({"0,0", "0,2", "1,3", "3,2", "2,0", "4,1"})
    void trainingGoesOnFromASnapshotWithTheSameBitsOnAnyNumberOfServers(int servers, int later) throws Exception {
        DType dtype = DType.BFLOAT16;
        List<int[]> expected = undisturbed(dtype, STEPS);
        MemoryBlobStore blobs = new MemoryBlobStore();
        List<BlobInfo> written;
        try (StoreFixture fixture = StoreFixture.open(TableTraining.settings(dtype), servers, 1, blobs, null)) {
            Training.await(TableTraining.initialise(fixture.worker(0), 0));
            for (long step = 0; step < 3; step++) {
                TableTraining.step(fixture.worker(0), step, dtype);
            }
            written = Training.await(fixture.worker(0).snapshot(3, "step-3"));
        }
        blobs.commit("step-3");
        SnapshotSource source = new SnapshotSource("step-3", written);
        try (StoreFixture fixture = StoreFixture.open(TableTraining.settings(dtype), later, 1, blobs, source)) {
            assertThat(Training.await(TableTraining.initialise(fixture.worker(0), 0)))
                    .isEqualTo(3);
            for (long step = 3; step < STEPS; step++) {
                TableTraining.step(fixture.worker(0), step, dtype);
            }
            assertSameBits(TableTraining.read(fixture.worker(0), STEPS), expected, "resumed");
        }
        SyncSettings settings = TableTraining.settings(dtype);
        SyncSettings other =
                new SyncSettings(4, dtype, DType.FLOAT32, 8, 64, settings.optimiser(), TableSettings.DEFAULT);
        try (StoreFixture fixture = StoreFixture.open(other, later, 1, blobs, source)) {
            assertThatThrownBy(() -> Training.await(TableTraining.initialise(fixture.worker(0), 0)))
                    .hasMessageContaining("Cannot restore snapshot: table=")
                    .hasMessageContaining("exp_avg");
        }
    }

    /** Pushes and pulls of more than a frame can hold. */
    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2})
    void manyRowsTravelInSeveralFrames(int servers) throws Exception {
        Optimiser optimiser = new Optimiser(new Sgd(0), LearningRate.constant(1), 0, 0);
        TableSettings tables = new TableSettings(new Sgd(0), 1, 0, 1, Eviction.NEVER);
        SyncSettings settings = new SyncSettings(2, DType.FLOAT32, DType.FLOAT32, 8, 1 << 16, optimiser, tables);
        ParameterTable table = new ParameterTable(List.of(), List.of(new TableSpec("wide", 32, 1, 0)));
        int count = 60_000; // 8.2 MB: four frames and more for each of two servers
        long[] ids = new long[count];
        Arrays.setAll(ids, i -> i * 7L - 1000);
        float[] values = new float[count * 32];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 32 + 1;
        }
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 2, new MemoryBlobStore(), null)) {
            CompletableFuture<Long> other = fixture.worker(1).initialise(table, null);
            Training.await(fixture.worker(0).initialise(table, List.of()));
            Training.await(other);
            Tensor gradient = Tensor.of(values, count, 32);
            for (int worker = 1; worker >= 0; worker--) {
                ParameterStore store = fixture.worker(worker);
                Training.await(store.pushRows(new RowPush(0, worker, 0, 0, 1, 1), ids, gradient));
            }
            for (int worker = 1; worker >= 0; worker--) {
                var unused = fixture.worker(worker).finish(new StepReport(0, worker, 0, 1, 0, true));
            }
            Tensor rows = Tensor.zeros(DType.FLOAT32, Shape.of(count, 32));
            assertThat(Training.await(fixture.worker(0).pullRows(0, ids, 1, rows)))
                    .isEqualTo(1);
            float[] read = rows.toFloats();
            for (int i = 0; i < read.length; i++) {
                assertThat(read[i]).isEqualTo(-values[i]);
            }
            Tensor none = Tensor.zeros(DType.FLOAT32, Shape.of(0, 32));
            assertThat(Training.await(fixture.worker(0).pullRows(0, new long[0], 1, none)))
                    .isEqualTo(1);
            Tensor half = Tensor.zeros(DType.BFLOAT16, Shape.of(1, 32));
            Training.await(fixture.worker(0).pullRows(0, new long[] {-1000}, 1, half));
            assertThat(half.toFloats()).containsOnly(-1);
            if (servers > 0) {
                long held = fixture.servers().stream()
                        .mapToLong(server -> server.tableSizes().stream()
                                .mapToLong(TableSize::rows)
                                .sum())
                        .sum();
                assertThat(held).isEqualTo(count);
            }
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 1, 2})
    void whatDoesNotFitIsRefusedByTheCallAlone(int servers) throws Exception {
        try (StoreFixture fixture =
                StoreFixture.open(TableTraining.settings(DType.FLOAT32), servers, 2, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.await(TableTraining.initialise(store, 0));
            Tensor row = Tensor.zeros(DType.FLOAT32, Shape.of(1, 6));
            assertThatThrownBy(() -> Training.await(store.pushRows(new RowPush(0, 0, 0, 9, 1, 1), new long[1], row)))
                    .hasMessageContaining("table=9, expected one of the 2 agreed tables");
            assertThatThrownBy(() -> Training.await(store.pullRows(1, new long[1], 0, row)))
                    .hasMessageContaining("table=lin shape=[1, 6], expected [1, 1]");
            ParameterTable other = new ParameterTable(TableTraining.TABLE.specs());
            assertThatThrownBy(() -> Training.await(fixture.worker(1).initialise(other, null)))
                    .hasMessageContaining("expected the agreed table");
            TableTraining.step(store, 0, DType.FLOAT32);
            assertThatThrownBy(() -> Training.await(store.finish(new StepReport(1, 0, 0, 3, 0, true))))
                    .hasMessageContaining("without parameter bias");
        }
    }

    @ParameterizedTest(name = "{0} servers")
    @ValueSource(ints = {0, 2})
    void rowsThatAreNotFiniteSkipTheStep(int servers) throws Exception {
        SyncSettings settings = TableTraining.settings(DType.FLOAT32);
        try (StoreFixture fixture = StoreFixture.open(settings, servers, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.await(TableTraining.initialise(store, 0));
            TableTraining.step(store, 0, DType.FLOAT32);
            List<int[]> before = TableTraining.read(store, 1);
            for (int worker = 0; worker < TableTraining.LOGICAL; worker++) {
                List<Runnable> pushes = TableTraining.pushes(store, 1, worker, 0, DType.FLOAT32);
                if (worker == 2) {
                    pushes.remove(1);
                    RowPush push = new RowPush(1, worker, 0, 0, 3 + worker, 1);
                    float[] values = {1, 2, 3, Float.NaN, 5, 6};
                    Training.await(store.pushRows(push, new long[] {12345}, Tensor.of(values, 1, 6)));
                }
                pushes.forEach(Runnable::run);
            }
            StepOutcome outcome = null;
            for (int worker = 0; worker < TableTraining.LOGICAL; worker++) {
                CompletableFuture<StepOutcome> decided = TableTraining.finish(store, 1, worker, 0);
                outcome = worker == TableTraining.LOGICAL - 1 ? Training.await(decided) : null;
            }
            assertThat(outcome).isNotNull();
            assertThat(outcome.decision()).isEqualTo(StepOutcome.Decision.SKIP);
            assertSameBits(TableTraining.read(store, 2), before, "skipped");
        }
    }
}
