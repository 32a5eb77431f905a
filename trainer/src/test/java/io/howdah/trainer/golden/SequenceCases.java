// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Attention;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Recurrent;
import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.ops.RecurrentOptions;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Embeddings, attention and recurrent networks. */
final class SequenceCases {
    private SequenceCases() {}

    static void addTo(Table table) {
        // OpInfo swaps the first two of both embeddings: its input is the weight.
        table.add(
                "nn.functional.embedding",
                call -> Lookup.embedding(call.tensor(0), call.tensor(1), embeddingOptions(call)));
        table.add("nn.functional.embedding_bag", SequenceCases::embeddingBag);
        table.add("nn.functional.scaled_dot_product_attention", SequenceCases::attention);
        table.add("rotary_embedding", SequenceCases::rotated);
        for (RecurrentKind kind : RecurrentKind.values()) {
            String op = kind.name().toLowerCase(Locale.ROOT);
            table.addAll(op, call -> network(kind, call));
            table.addAll(op, "step", call -> step(kind, call));
        }
    }

    private static EmbeddingOptions embeddingOptions(GoldenCall call) {
        int keyword = GoldenCall.KEYWORD;
        EmbeddingOptions options = EmbeddingOptions.DEFAULT;
        if (call.has(keyword, "padding_idx")) {
            options = options.withPadding(call.integer(keyword, "padding_idx"));
        }
        double order = call.number(keyword, "norm_type", 2);
        if (call.has(keyword, "max_norm")) {
            options = options.withMaxNorm(call.number(keyword, "max_norm"), order);
        }
        if (call.flag(keyword, "scale_grad_by_freq", false)) {
            options = options.withScalingByFrequency();
        }
        return call.flag(keyword, "sparse", false) ? options.withSparseGradient() : options;
    }

    private static Tensor embeddingBag(GoldenCall call) {
        int keyword = GoldenCall.KEYWORD;
        Tensor offsets = call.optionalTensor(2, "offsets");
        Bags plain = offsets == null ? Bags.of(call.tensor(1)) : Bags.of(call.tensor(1), offsets);
        Bags ended = call.flag(keyword, "include_last_offset", false) ? plain.withEndIncluded() : plain;
        Bags bags = ended.withWeights(call.optionalTensor(keyword, "per_sample_weights"));
        EmbeddingBags.Mode mode =
                EmbeddingBags.Mode.valueOf(call.text(keyword, "mode", "mean").toUpperCase(Locale.ROOT));
        return EmbeddingBags.embeddingBag(call.tensor(0), bags, mode, embeddingOptions(call));
    }

    private static Tensor attention(GoldenCall call) {
        int keyword = GoldenCall.KEYWORD;
        AttentionOptions options = AttentionOptions.DEFAULT
                .withMask(call.optionalTensor(3, "attn_mask"))
                .withDropout(call.number(4, "dropout_p", 0));
        if (call.number(4, "dropout_p", 0) > 0) {
            call.markRandom();
        }
        if (call.flag(5, "is_causal", false)) {
            options = options.withCausal();
        }
        if (call.has(keyword, "scale")) {
            options = options.withScale(call.number(keyword, "scale"));
        }
        if (call.flag(keyword, "enable_gqa", false)) {
            options = options.withGroupedHeads();
        }
        return Attention.scaledDotProduct(call.tensor(0), call.tensor(1), call.tensor(2), options);
    }

    private static Tensor rotated(GoldenCall call) {
        RotaryEmbedding.Pairs pairs =
                RotaryEmbedding.Pairs.valueOf(call.text(1, "pairs").toUpperCase(Locale.ROOT));
        double[] frequencies = RotaryEmbedding.frequencies(call.integer(3, "turned"), call.number(2, "base"));
        Tensor x = call.tensor(0);
        return RotaryEmbedding.rotate(
                x, RotaryEmbedding.angles(frequencies, call.tensor(4, "positions"), x.dtype()), pairs);
    }

    private static List<Tensor> network(RecurrentKind kind, GoldenCall call) {
        int keyword = GoldenCall.KEYWORD;
        RecurrentOptions options = RecurrentOptions.DEFAULT;
        if (call.flag(keyword, "bidirectional", false)) {
            options = options.withBothDirections();
        }
        if (call.flag(keyword, "batch_first", false)) {
            options = options.withBatchFirst();
        }
        if (call.has(keyword, "lengths")) {
            options = options.withLengths(call.integers(keyword, "lengths"));
        }
        boolean biased = call.flag(keyword, "bias", true);
        List<Recurrent.Weights> weights = weights(call.tensors(1, "weights"), biased);
        int layers = weights.size() / (options.bidirectional() ? 2 : 1);
        if (call.integer(keyword, "layers") != layers) {
            throw new IllegalArgumentException("Cannot call " + kind + ": layers do not fit the weights");
        }
        Recurrent.State initial = call.has(2, "state") ? state(call.tensors(2, "state")) : null;
        Recurrent.Result result = Recurrent.run(kind, call.tensor(0), initial, weights, options);
        List<Tensor> results = new ArrayList<>(List.of(result.output()));
        results.addAll(tensors(result.last()));
        return results;
    }

    private static List<Tensor> step(RecurrentKind kind, GoldenCall call) {
        boolean biased = call.flag(GoldenCall.KEYWORD, "bias", true);
        Recurrent.Weights weights = weights(call.tensors(1, "weights"), biased).get(0);
        return tensors(Recurrent.step(kind, call.tensor(0), state(call.tensors(2, "state")), weights));
    }

    private static List<Recurrent.Weights> weights(List<Tensor> tensors, boolean biased) {
        List<Recurrent.Weights> weights = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i += biased ? 4 : 2) {
            weights.add(new Recurrent.Weights(
                    tensors.get(i),
                    tensors.get(i + 1),
                    biased ? tensors.get(i + 2) : null,
                    biased ? tensors.get(i + 3) : null));
        }
        return weights;
    }

    private static Recurrent.State state(List<Tensor> tensors) {
        return new Recurrent.State(tensors.get(0), tensors.size() > 1 ? tensors.get(1) : null);
    }

    private static List<Tensor> tensors(Recurrent.State state) {
        Tensor cell = state.cell();
        return cell == null ? List.of(state.hidden()) : List.of(state.hidden(), cell);
    }
}
