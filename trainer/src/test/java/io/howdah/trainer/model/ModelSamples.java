// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/**
 * A small dataset that a model of the table can be trained on: its properties and batches.
 *
 * @param properties of the dataset
 * @param batch four examples, drawn from a generator
 */
record ModelSamples(Map<String, String> properties, Function<Philox, Batch> batch) {
    private static final int EXAMPLES = 4;

    static final Config DEFAULTS = Config.parse(new KeyTable(ModelKeys.ALL), Map.of());

    private static final ModelSamples IMAGES = new ModelSamples(
            Map.of("classes", "10", "channels", "3", "height", "32", "width", "32"),
            random -> batch(Map.of("image", bytes(random, 256, 3, 32, 32), "label", integers(random, 10))));

    private static final ModelSamples CLICKS = new ModelSamples(
            Map.of("fields", "5", "rows.per.field", "7", "dense", "13"),
            random -> batch(Map.of("ids", ids(random, 5, 7), "dense", floats(random, 13), "label", answers(random))));

    private static final ModelSamples TOKENS = new ModelSamples(
            Map.of("vocabulary", "256", "separator", "0", "sequence.length", "16"),
            random -> batch(Map.of("tokens", bytes(random, 256, 16))));

    private static final Map<String, ModelSamples> BY_NAME = Map.of(
            LinearModels.REGRESSION, features(Map.of("features", "6"), ModelSamples::values),
            LinearModels.LOGISTIC, features(Map.of("features", "6"), ModelSamples::answers),
            Perceptron.NAME, features(Map.of("features", "6", "classes", "3"), random -> integers(random, 3)),
            ImageModels.CNN, IMAGES,
            ImageModels.RESNET18, IMAGES,
            ImageModels.RESNET50, IMAGES,
            ClickModels.WIDE_AND_DEEP, CLICKS,
            ClickModels.DEEPFM, CLICKS,
            ClickModels.DLRM, CLICKS);

    /** What fits the model {@code name}; text, unless another row is in the table. */
    static ModelSamples of(String name) {
        return BY_NAME.getOrDefault(name, TOKENS);
    }

    TrainableModel model(String name, long seed) {
        return Models.create(name, DEFAULTS, properties, seed);
    }

    private static ModelSamples features(Map<String, String> properties, Function<Philox, Tensor> labels) {
        return new ModelSamples(
                properties, random -> batch(Map.of("features", floats(random, 6), "label", labels.apply(random))));
    }

    private static Batch batch(Map<String, Tensor> columns) {
        return new Batch(EXAMPLES, columns);
    }

    private static long[] sizes(long... example) {
        long[] sizes = new long[example.length + 1];
        sizes[0] = EXAMPLES;
        System.arraycopy(example, 0, sizes, 1, example.length);
        return sizes;
    }

    private static int elements(long... example) {
        int elements = EXAMPLES;
        for (long size : example) {
            elements *= (int) size;
        }
        return elements;
    }

    static Tensor floats(Philox random, long... example) {
        float[] values = new float[elements(example)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, sizes(example));
    }

    private static Tensor values(Philox random) {
        return floats(random);
    }

    private static Tensor answers(Philox random) {
        float[] values = new float[EXAMPLES];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(2);
        }
        return Tensor.of(values, EXAMPLES);
    }

    private static Tensor integers(Philox random, int bound) {
        int[] values = new int[EXAMPLES];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(bound);
        }
        return Tensor.of(values, EXAMPLES);
    }

    private static Tensor bytes(Philox random, int bound, long... example) {
        byte[] values = new byte[elements(example)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) random.nextInt(bound);
        }
        return Tensor.of(values, sizes(example));
    }

    private static Tensor ids(Philox random, int fields, int rows) {
        long[] values = new long[EXAMPLES * fields];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) (i % fields) * rows + random.nextInt(rows);
        }
        return Tensor.of(values, EXAMPLES, fields);
    }
}
