// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.trainer.amp.AmpKeys;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import io.howdah.trainer.train.TrainKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the processes train: the peer's models, batches and optimiser, on random data. */
enum Task {
    GPT(8, 8 * 256, 80) {
        @Override
        Map<String, String> settings() {
            return Map.of("howdah.model.name", "gpt2", "howdah.lm.context", "256");
        }

        @Override
        Map<String, String> properties() {
            return Map.of("vocabulary", "512", "sequenceLength", "256", "separator", "0");
        }

        @Override
        Map<String, Tensor> columns(Philox random, long rows) {
            return Map.of(
                    "tokens", filled(DType.INT32, random, drawn -> Math.floor(drawn.nextDouble() * 512), rows, 256));
        }
    },
    MLP(512, 512, 1200) {
        @Override
        Map<String, String> settings() {
            return Map.of("howdah.model.name", "mlp", "howdah.model.mlp.hidden", "1024,1024");
        }

        @Override
        Map<String, String> properties() {
            return Map.of("features", "784", "classes", "10");
        }

        @Override
        Map<String, Tensor> columns(Philox random, long rows) {
            return Map.of(
                    "features",
                    filled(DType.FLOAT32, random, Philox::nextGaussian, rows, 784),
                    "label",
                    filled(DType.INT64, random, drawn -> Math.floor(drawn.nextDouble() * 10), rows));
        }
    };

    private static final KeyTable KEYS =
            new KeyTable(TrainKeys.ALL, ModelKeys.ALL, OptimiserKeys.ALL, AmpKeys.ALL, SyncKeys.ALL);

    private final int batch;
    private final int units;
    private final int steps;

    /**
     * @param batch rows of a step of all workers together
     * @param units examples or tokens of such a step
     * @param steps of a measurement
     */
    Task(int batch, int units, int steps) {
        this.batch = batch;
        this.units = units;
        this.steps = steps;
    }

    abstract Map<String, String> settings();

    abstract Map<String, String> properties();

    abstract Map<String, Tensor> columns(Philox random, long rows);

    int batch() {
        return batch;
    }

    int units() {
        return units;
    }

    int steps() {
        return steps;
    }

    /** The job's configuration: gradients and weights travel in the dtype that is computed in. */
    Config config(DType precision, int workers) {
        Map<String, String> all = new LinkedHashMap<>(settings());
        String wire = precision == DType.FLOAT32 ? "float32" : "bfloat16";
        all.put("howdah.wire.gradient.dtype", wire);
        all.put("howdah.wire.weight.dtype", wire);
        all.put("howdah.amp.dtype", wire);
        all.put("howdah.optimiser.name", "adamw");
        all.put("howdah.optimiser.learning.rate", "1e-4");
        all.put("howdah.train.batch.size", Integer.toString(batch / workers));
        return Config.parse(KEYS, all);
    }

    Dataset dataset(int workers) {
        long rows = 8L * batch;
        return new InMemoryDataset(columns(new Philox(1, 0), rows), properties(), batch / workers);
    }

    TrainableModel model(Config config) {
        return Models.create(config, properties(), 1);
    }

    private static Tensor filled(DType dtype, Philox random, ToDoubleFunction<Philox> draw, long... sizes) {
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        Elements.forEach(tensor, address -> Elements.put(dtype, address, draw.applyAsDouble(random)));
        return tensor;
    }
}
