// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.nn.functional.DropoutFunctions;
import io.howdah.trainer.nn.functional.EmbeddingFunctions;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every layer, with what its golden case has as settings. */
final class LayerTable {
    private LayerTable() {}

    static List<LayerCase> all() {
        return Stream.of(
                        linear(),
                        embeddings(),
                        SpatialLayers.convolutions(),
                        SpatialLayers.pools(),
                        NormLayers.all(),
                        SequenceLayers.recurrent(),
                        SequenceLayers.attention(),
                        activations(),
                        containers())
                .flatMap(List::stream)
                .toList();
    }

    private static List<LayerCase> linear() {
        return List.of(
                LayerCase.of(
                        "linear",
                        random -> new Linear(5, 4, random),
                        (state, x, mode) -> LinearFunctions.linear(x, state.get("weight"), state.get("bias"))),
                LayerCase.of(
                        "linear_without_bias",
                        random -> new Linear(5, 4, Bias.NONE, random),
                        (state, x, mode) -> LinearFunctions.linear(x, state.get("weight"), null)),
                LayerCase.of(
                        "prelu",
                        random -> new PRelu(3),
                        (state, x, mode) -> ActivationFunctions.prelu(x, state.get("weight"))),
                LayerCase.of(
                        "dropout",
                        random -> new Dropout(0.5),
                        (state, x, mode) -> DropoutFunctions.dropout(x, 0.5, mode)),
                LayerCase.plain("channels_last", new ChannelsLast(), ConvolutionFunctions::channelsLast),
                LayerCase.plain("flatten", new Flatten(), x -> LinearFunctions.flatten(x, 1, -1)));
    }

    private static List<LayerCase> embeddings() {
        EmbeddingOptions plain = EmbeddingOptions.DEFAULT;
        return List.of(
                embedding("embedding", plain),
                embedding("embedding_padding", plain.withPadding(2)),
                embedding("embedding_sparse", plain.withSparseGradient()),
                bag("embedding_bag_sum", EmbeddingBags.Mode.SUM, plain),
                bag("embedding_bag_mean", EmbeddingBags.Mode.MEAN, plain.withPadding(1)),
                bag("embedding_bag_max", EmbeddingBags.Mode.MAX, plain));
    }

    private static LayerCase embedding(String name, EmbeddingOptions options) {
        return LayerCase.of(
                name,
                random -> new Embedding(7, 3, options, random),
                (state, ids, mode) -> EmbeddingFunctions.embedding(state.get("weight"), ids, options));
    }

    private static LayerCase bag(String name, EmbeddingBags.Mode bags, EmbeddingOptions options) {
        return LayerCase.of(
                name,
                random -> new EmbeddingBag(7, 3, bags, options, random),
                (state, ids, mode) ->
                        EmbeddingFunctions.embeddingBag(state.get("weight"), Bags.of(ids), bags, options));
    }

    private static List<LayerCase> activations() {
        Map<String, Function<Tensor, Tensor>> functions = Map.ofEntries(
                Map.entry("relu", ActivationFunctions::relu),
                Map.entry("relu6", ActivationFunctions::relu6),
                Map.entry("gelu", ActivationFunctions::gelu),
                Map.entry("gelu_tanh", ActivationFunctions::geluTanh),
                Map.entry("silu", ActivationFunctions::silu),
                Map.entry("tanh", ActivationFunctions::tanh),
                Map.entry("sigmoid", ActivationFunctions::sigmoid),
                Map.entry("log_sigmoid", ActivationFunctions::logSigmoid),
                Map.entry("leaky_relu", x -> ActivationFunctions.leakyRelu(x, 0.01)),
                Map.entry("elu", x -> ActivationFunctions.elu(x, 1)),
                Map.entry("softplus", x -> ActivationFunctions.softplus(x, 1, 20)),
                Map.entry("hard_tanh", x -> ActivationFunctions.hardTanh(x, -1, 1)),
                Map.entry("hard_sigmoid", ActivationFunctions::hardSigmoid),
                Map.entry("hard_swish", ActivationFunctions::hardSwish),
                Map.entry("mish", ActivationFunctions::mish),
                Map.entry("glu", x -> ActivationFunctions.glu(x, -1)),
                Map.entry("swiglu", ActivationFunctions::swiGlu),
                Map.entry("softmax", x -> ActivationFunctions.softmax(x, -1)),
                Map.entry("log_softmax", x -> ActivationFunctions.logSoftmax(x, -1)));
        return Activation.names().stream()
                .map(name -> LayerCase.plain(
                        "activation_" + name, Activation.named(name), functions.getOrDefault(name, x -> {
                            throw new AssertionError("no function for activation " + name);
                        })))
                .toList();
    }

    private static List<LayerCase> containers() {
        return List.of(LayerCase.composed(
                "sequential",
                random -> new Sequential(
                        new Conv2d(2, 3, 3, ConvolutionSettings.DEFAULT, random),
                        new BatchNorm2d(3),
                        Activation.relu(),
                        new Flatten(),
                        new Linear(27, 4, random))));
    }
}
