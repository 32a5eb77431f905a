// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import io.howdah.trainer.model.ClickSizes;
import io.howdah.trainer.model.DeepFm;
import io.howdah.trainer.model.lm.Gelu;
import io.howdah.trainer.model.lm.Gpt2Network;
import io.howdah.trainer.model.lm.Gpt2Settings;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.TransformerSizes;
import io.howdah.trainer.nn.Activation;
import io.howdah.trainer.nn.AdaptiveAveragePool2d;
import io.howdah.trainer.nn.BatchNorm2d;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.ChannelsLast;
import io.howdah.trainer.nn.Conv2d;
import io.howdah.trainer.nn.Flatten;
import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The models of the comparison, with the sizes, batches and random data of the peer's script. */
final class Workloads {
    private static final Map<String, Supplier<Workload>> TABLE = new TreeMap<>(Map.of(
            "gpt", Workloads::gpt,
            "mlp", Workloads::mlp,
            "cnn", Workloads::cnn,
            "deepfm", Workloads::deepFm));

    private Workloads() {}

    static List<String> names() {
        return List.copyOf(TABLE.keySet());
    }

    /** @throws IllegalArgumentException for an unknown name; the message lists the known ones */
    static Workload named(String name) {
        Supplier<Workload> maker = TABLE.get(name);
        if (maker == null) {
            throw new IllegalArgumentException(
                    "Cannot train: model=" + name + ", expected one of " + names() + "; correct the name");
        }
        return maker.get();
    }

    private static Workload gpt() {
        Philox random = new Philox(1, 0);
        TransformerSizes sizes = new TransformerSizes(512, 256, 384, 6, 6, 4 * 384);
        Gpt2Network model = new Gpt2Network(new Gpt2Settings(sizes, Gelu.ERF, 1e-5, 0, Head.UNTIED), random);
        Tensor tokens = indices(random, 512, 8, 256);
        Tensor targets = indices(random, 512, 8 * 256);
        return new Workload(
                "gpt",
                8 * 256,
                model,
                () -> Composite.of(() -> {
                    Tensor logits = Views.reshape(model.forward(tokens), 8 * 256, 512);
                    return LossFunctions.crossEntropy(logits, targets, Losses.Reduction.MEAN);
                }));
    }

    private static Workload mlp() {
        Philox random = new Philox(1, 0);
        Layer model = new Sequential(
                new Linear(784, 1024, random),
                Activation.relu(),
                new Linear(1024, 1024, random),
                Activation.relu(),
                new Linear(1024, 10, random));
        return classifier("mlp", model, normal(random, 512, 784), random);
    }

    private static Workload cnn() {
        Philox random = new Philox(1, 0);
        List<Layer> layers = new ArrayList<>();
        layers.add(new ChannelsLast());
        int channels = 3;
        int[][] widthsAndStrides = {{64, 1}, {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}};
        for (int[] next : widthsAndStrides) {
            ConvolutionSettings settings =
                    ConvolutionSettings.DEFAULT.withStride(next[1]).withPadding(1);
            layers.add(new Conv2d(channels, next[0], Spatial.of(3), settings, Bias.NONE, random));
            layers.add(new BatchNorm2d(next[0]));
            layers.add(Activation.relu());
            channels = next[0];
        }
        layers.add(new AdaptiveAveragePool2d(Spatial.of(1)));
        layers.add(new Flatten());
        layers.add(new Linear(channels, 10, random));
        return classifier("cnn", new Sequential(layers), normal(random, 64, 3, 32, 32), random);
    }

    private static Workload classifier(String name, Layer model, Tensor x, Philox random) {
        Tensor targets = indices(random, 10, x.size(0));
        return new Workload(
                name,
                x.size(0),
                model,
                () -> Composite.of(() -> LossFunctions.crossEntropy(model.forward(x), targets, Losses.Reduction.MEAN)));
    }

    private static Workload deepFm() {
        Philox random = new Philox(1, 0);
        ClickSizes sizes = new ClickSizes(1_000_000, 26, 1, 13, 16, 1, ClickSizes.TableGradients.SPARSE);
        DeepFm model = new DeepFm(sizes, List.of(400L, 400L), 0, random);
        Tensor ids = indices(random, 1_000_000, 2048, 26);
        Tensor dense = normal(random, 2048, 13);
        Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(2048)).keep();
        FloatBuffer elements = labels.buffer().asFloatBuffer();
        while (elements.hasRemaining()) {
            elements.put(random.nextDouble() < 0.5 ? 0 : 1);
        }
        return new Workload(
                "deepfm",
                2048,
                model,
                () -> Composite.of(() ->
                        LossFunctions.binaryCrossEntropy(model.forward(ids, dense), labels, Losses.Reduction.MEAN)));
    }

    private static Tensor normal(Philox random, long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes)).keep();
        FloatBuffer elements = tensor.buffer().asFloatBuffer();
        while (elements.hasRemaining()) {
            elements.put((float) random.nextGaussian());
        }
        return tensor;
    }

    private static Tensor indices(Philox random, int bound, long... sizes) {
        long[] indices = new long[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (long) (random.nextDouble() * bound);
        }
        return Tensor.of(indices, sizes).keep();
    }
}
