// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.RemoteTables;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.sync.Eviction;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SavedTables;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSettings;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Click models whose tables the parameter store keeps. */
class RemoteTablesTest {
    private static final int EXAMPLES = 64;
    private static final int FIELDS = 4;
    private static final int ROWS = 8;
    private static final int DENSE = 3;
    private static final int STEPS = 20;
    private static final SparseAdam RULE = new SparseAdam(0.9, 0.999, 1e-8);
    /** Makes small ids those of hashed features. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final List<Double> losses = new ArrayList<>();
    private DType wire = DType.FLOAT32;
    private int workers = 1;
    private int accumulation = 1;

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void anyKernels() {
        Backends.use(Backends.AUTO);
    }

    /** Labels follow from the first field's id; ids are multiplied by {@code factor}. */
    private static InMemoryDataset clicks(long factor, Map<String, String> properties) {
        Philox random = new Philox(3, 0);
        long[] ids = new long[EXAMPLES * FIELDS];
        float[] dense = new float[EXAMPLES * DENSE];
        float[] labels = new float[EXAMPLES];
        for (int i = 0; i < ids.length; i++) {
            long id = (long) (i % FIELDS) * ROWS + random.nextInt(ROWS);
            ids[i] = id * factor;
            labels[i / FIELDS] = i % FIELDS == 0 ? id % 2 : labels[i / FIELDS];
        }
        for (int i = 0; i < dense.length; i++) {
            dense[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> columns = new LinkedHashMap<>();
        columns.put("ids", Tensor.of(ids, EXAMPLES, FIELDS));
        columns.put("dense", Tensor.of(dense, EXAMPLES, DENSE));
        columns.put("label", Tensor.of(labels, EXAMPLES));
        return new InMemoryDataset(columns, properties, 16);
    }

    private static InMemoryDataset small() {
        return clicks(1, Map.of("fields", "" + FIELDS, "rows.per.field", "" + ROWS, "dense", "" + DENSE));
    }

    /** Without a vocabulary. */
    private static InMemoryDataset hashed() {
        return clicks(SPREAD, Map.of("fields", "" + FIELDS, "dense", "" + DENSE));
    }

    private static TrainableModel model(String name, String tables, Map<String, String> properties) {
        Config config = Config.parse(
                new KeyTable(ModelKeys.ALL), Map.of(ModelKeys.NAME.name(), name, "howdah.model.ctr.tables", tables));
        return Models.create(config, properties, 7);
    }

    private SyncSettings sync() {
        Optimiser optimiser = new Optimiser(RULE, LearningRate.constant(0.02), 0, 0);
        TableSettings tables = new TableSettings(RULE, 1, 0, 1, Eviction.NEVER);
        return new SyncSettings(workers, wire, wire, 20, 1 << 14, optimiser, tables);
    }

    private LocalParameterStore store(@Nullable String from) throws Exception {
        CheckpointReader reader = new CheckpointReader(blobs);
        SnapshotSource source = from == null ? null : reader.snapshot(from, reader.manifest(from));
        return new LocalParameterStore(sync(), blobs, source);
    }

    private TrainingResult run(
            TrainableModel model, InMemoryDataset dataset, LocalParameterStore store, long steps, ResumePoint resume)
            throws Exception {
        SyncSettings sync = sync();
        List<Integer> all = workers == 1 ? List.of(0) : List.of(0, 1);
        TrainSettings settings = new TrainSettings(
                steps,
                16 / accumulation / workers,
                accumulation,
                5,
                new WorkerShare(workers, all, 0),
                Precision.of(sync, DType.FLOAT32),
                sync.optimiser().learningRate(),
                new CheckpointSettings(0, 0, CheckpointSettings.Best.IGNORE),
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onStep(StepProgress step) {
                losses.add(step.loss());
            }
        };
        CheckpointWriter writer = new CheckpointWriter(blobs, store, Map.of(), dataset.properties());
        Surroundings surroundings = new Surroundings(
                List.of(listener),
                writer,
                trained -> Evaluator.evaluate(trained, DType.FLOAT32, Map.of(), dataset),
                System::nanoTime);
        return new TrainingLoop(model, dataset, store, settings, surroundings).run(resume);
    }

    /** The rows of table {@code index} for ids 0 to V − 1, times {@code factor}. */
    private static float[] rows(LocalParameterStore store, TrainableModel model, int index, long factor)
            throws Exception {
        long[] ids = new long[FIELDS * ROWS];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i * factor;
        }
        int width = model.remoteTables().specs().get(index).width();
        try (Tensor into = Tensor.zeros(DType.FLOAT32, Shape.of(ids.length, width))) {
            store.pullRows(index, ids, 0, into).get(10, TimeUnit.SECONDS);
            return into.toFloats();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wide-and-deep", "deepfm", "dlrm"})
    void sparseTablesTrainAsDenseOnesWithARuleThatLeavesOtherRowsAlone(String name) throws Exception {
        long backstopFrees = Garbage.collect();
        try (InMemoryDataset dataset = small();
                LocalParameterStore sparseStore = store(null);
                LocalParameterStore denseStore = store(null)) {
            TrainableModel sparse = model(name, "sparse", dataset.properties());
            TrainableModel dense = model(name, "dense", dataset.properties());
            SavedTables first = SavedTables.empty(sparse.remoteTables().specs());
            long[] ids = new long[FIELDS * ROWS];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = i;
            }
            sparse.module()
                    .parameters()
                    .forEach((key, tensor) -> Backends.current()
                            .convert(tensor, dense.module().parameters().get(key)));
            List<String> names = sparse.remoteTables().specs().stream()
                    .map(spec -> spec.name() + ".weight")
                    .toList();
            for (int i = 0; i < names.size(); i++) {
                first.read(i, ids, dense.module().parameters().get(names.get(i)));
            }
            TrainingResult sparseResult = run(sparse, dataset, sparseStore, STEPS, ResumePoint.start(1));
            List<Double> sparseLosses = List.copyOf(losses);
            losses.clear();
            blobs.delete("step-00000020");
            TrainingResult denseResult = run(dense, dataset, denseStore, STEPS, ResumePoint.start(1));

            assertThat(sparseLosses).isEqualTo(losses);
            assertThat(losses.get(STEPS - 1)).isLessThan(0.8 * losses.get(0));
            assertThat(sparseResult.evaluation()).isEqualTo(denseResult.evaluation());
            for (int i = 0; i < names.size(); i++) {
                assertThat(rows(sparseStore, sparse, i, 1))
                        .containsExactly(
                                dense.module().parameters().get(names.get(i)).toFloats());
            }
            sparse.module()
                    .parameters()
                    .forEach((key, tensor) -> assertThat(tensor.toFloats())
                            .as(key)
                            .containsExactly(
                                    dense.module().parameters().get(key).toFloats()));
            sparse.module().close();
            dense.module().close();
        }
        assertThat(Garbage.collect()).isEqualTo(backstopFrees);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wide-and-deep", "deepfm", "dlrm"})
    void hashesOfFeaturesTrainWithoutVocabularyGoOnFromCheckpointsAndAreEvaluatedFromThem(String name)
            throws Exception {
        wire = DType.BFLOAT16;
        workers = 2;
        float[] straight;
        TrainingResult whole;
        try (InMemoryDataset dataset = hashed();
                LocalParameterStore store = store(null)) {
            TrainableModel model = model(name, "sparse", dataset.properties());
            whole = run(model, dataset, store, STEPS, ResumePoint.start(2));
            straight = rows(store, model, 0, SPREAD);
            List<TableSize> sizes = store.tableSizes().get(10, TimeUnit.SECONDS);
            assertThat(sizes).allMatch(size -> size.rows() == FIELDS * ROWS);
            model.module().close();
        }
        assertThat(losses.get(STEPS - 1)).isLessThan(0.8 * losses.get(0));
        blobs.delete("step-00000020");
        try (InMemoryDataset dataset = hashed();
                LocalParameterStore store = store(null)) {
            TrainableModel model = model(name, "sparse", dataset.properties());
            run(model, dataset, store, 8, ResumePoint.start(2));
            model.module().close();
        }
        String set = "step-00000008";
        try (InMemoryDataset dataset = hashed();
                LocalParameterStore store = store(set)) {
            TrainableModel model = model(name, "sparse", dataset.properties());
            Manifest manifest = new CheckpointReader(blobs).manifest(set);
            TrainingResult result = run(model, dataset, store, STEPS, ResumePoint.of(manifest));
            assertThat(rows(store, model, 0, SPREAD)).containsExactly(straight);
            assertThat(result.evaluation()).isEqualTo(whole.evaluation());
            model.module().close();
        }
        try (InMemoryDataset dataset = hashed()) {
            TrainableModel model = model(name, "sparse", dataset.properties());
            CheckpointReader reader = new CheckpointReader(blobs);
            Manifest manifest = reader.manifest("step-00000020");
            reader.loadModel("step-00000020", manifest, model);
            assertThatThrownBy(() -> Evaluator.evaluate(model, DType.FLOAT32, Map.of(), dataset))
                    .hasMessageContaining("has no source");
            reader.loadTables("step-00000020", manifest, model);
            assertThat(Evaluator.evaluate(model, DType.FLOAT32, Map.of(), dataset))
                    .isEqualTo(whole.evaluation());
            model.module().close();
        }
    }

    @Test
    void gradientsOfMicroBatchesAddUp() throws Exception {
        float[] whole;
        try (InMemoryDataset dataset = hashed();
                LocalParameterStore store = store(null)) {
            TrainableModel model = model("deepfm", "sparse", dataset.properties());
            run(model, dataset, store, 3, ResumePoint.start(1));
            whole = rows(store, model, 0, SPREAD);
            model.module().close();
        }
        blobs.delete("step-00000003");
        accumulation = 4;
        try (InMemoryDataset dataset = hashed();
                LocalParameterStore store = store(null)) {
            TrainableModel model = model("deepfm", "sparse", dataset.properties());
            run(model, dataset, store, 3, ResumePoint.start(1));
            float[] parts = rows(store, model, 0, SPREAD);
            for (int i = 0; i < parts.length; i++) {
                assertThat(parts[i]).isCloseTo(whole[i], Offset.offset(2e-3f));
            }
            model.module().close();
        }
    }

    @Test
    void predictionsNeedTheRowsOfTheirBatch() throws Exception {
        try (InMemoryDataset dataset = hashed();
                Batch batch =
                        dataset.open(ReadOrder.sequential(), Position.START).next(4)) {
            TrainableModel model = model("deepfm", "sparse", dataset.properties());
            assertThatThrownBy(() -> model.predict(batch))
                    .hasMessageContaining("table=emb has none, expected those of the batch");
            RemoteTables tables = model.remoteTables();
            tables.readFrom(SavedTables.empty(tables.specs()));
            try (RemoteTables.Binding rows = tables.bind(batch)) {
                assertThat(model.predict(batch).losses().elements()).isEqualTo(4);
            }
            assertThatThrownBy(() -> model.predict(batch)).hasMessageContaining("table=emb has none");
            model.module().close();
        }
        assertThatThrownBy(() -> model("deepfm", "dense", Map.of("fields", "2", "dense", "3")))
                .hasMessageContaining("rows.per.field");
    }
}
