// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose tables have sparse gradients train in the loop as those with dense ones. */
class SparseModelTest {
    private static final int EXAMPLES = 64;
    private static final int FIELDS = 4;
    private static final int ROWS = 8;
    private static final int DENSE = 3;
    private static final int STEPS = 20;

    private static InMemoryDataset clicks() {
        Philox random = new Philox(3, 0);
        long[] ids = new long[EXAMPLES * FIELDS];
        float[] dense = new float[EXAMPLES * DENSE];
        float[] labels = new float[EXAMPLES];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (long) (i % FIELDS) * ROWS + random.nextInt(ROWS);
        }
        for (int i = 0; i < dense.length; i++) {
            dense[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = ids[i * FIELDS] % 2;
        }
        Map<String, Tensor> columns = new LinkedHashMap<>();
        columns.put("ids", Tensor.of(ids, EXAMPLES, FIELDS));
        columns.put("dense", Tensor.of(dense, EXAMPLES, DENSE));
        columns.put("label", Tensor.of(labels, EXAMPLES));
        Map<String, String> properties =
                Map.of("fields", "" + FIELDS, "rows.per.field", "" + ROWS, "dense", "" + DENSE);
        return new InMemoryDataset(columns, properties, 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wide-and-deep", "deepfm", "dlrm"})
    void sparseGradientsGiveTheWeightsOfDenseOnes(String name) throws Exception {
        List<Double> losses = new ArrayList<>();
        Map<String, float[]> sparse = train(name, "true", losses);
        Map<String, float[]> dense = train(name, "false", new ArrayList<>());
        assertThat(sparse.keySet()).isEqualTo(dense.keySet());
        sparse.forEach((parameter, values) -> assertThat(values).as(parameter).containsExactly(dense.get(parameter)));
        assertThat(losses.get(STEPS - 1)).isLessThan(0.8 * losses.get(0));
    }

    private static Map<String, float[]> train(String name, String sparse, List<Double> losses) throws Exception {
        Config config = Config.parse(
                new KeyTable(ModelKeys.ALL), Map.of(ModelKeys.NAME.name(), name, "howdah.model.ctr.sparse", sparse));
        Optimiser optimiser = new Optimiser(new SparseAdam(0.9, 0.999, 1e-8), LearningRate.constant(0.02), 0, 0);
        SyncSettings sync = new SyncSettings(1, DType.FLOAT32, DType.FLOAT32, 20, 1 << 14, optimiser);
        TrainSettings settings = new TrainSettings(
                STEPS,
                16,
                1,
                5,
                new WorkerShare(1, List.of(0), 0),
                Precision.of(sync, DType.FLOAT32),
                sync.optimiser().learningRate(),
                new CheckpointSettings(0, 0, CheckpointSettings.Best.IGNORE),
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
        try (InMemoryDataset dataset = clicks();
                LocalParameterStore store = new LocalParameterStore(sync, new MemoryBlobStore(), null)) {
            TrainableModel model = Models.create(config, dataset.properties(), 7);
            TrainingListener listener = new TrainingListener() {
                @Override
                public void onStep(StepProgress step) {
                    losses.add(step.loss());
                }
            };
            new TrainingLoop(
                            model,
                            dataset,
                            store,
                            settings,
                            new Surroundings(List.of(listener), null, null, System::nanoTime))
                    .run(ResumePoint.start(1));
            Map<String, float[]> weights = new LinkedHashMap<>();
            model.module().parameters().forEach((key, tensor) -> weights.put(key, tensor.toFloats()));
            model.module().close();
            return weights;
        }
    }
}
