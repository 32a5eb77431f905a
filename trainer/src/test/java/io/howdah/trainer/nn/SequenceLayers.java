// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.AttentionFunctions;
import io.howdah.trainer.nn.functional.AttentionFunctions.Rotation;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.nn.functional.RecurrentFunctions;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.Recurrent;
import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.ops.RecurrentOptions;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recurrent networks and attention of {@link LayerTable}. */
final class SequenceLayers {
    private SequenceLayers() {}

    static List<LayerCase> recurrent() {
        RecurrentSettings plain = RecurrentSettings.of(3, 4);
        RecurrentSettings bare = plain.withBias(Bias.NONE);
        RecurrentSettings full =
                plain.withLayers(2).withBatchFirst().withBothDirections().withDropout(0.5);
        RecurrentSettings deep = plain.withLayers(2).withBatchFirst();
        return List.of(
                LayerCase.of("rnn", random -> new Rnn(plain, random), run(RecurrentKind.RNN_TANH, plain)),
                LayerCase.of(
                        "rnn_relu",
                        random -> new Rnn(bare, Rnn.Nonlinearity.RELU, random),
                        run(RecurrentKind.RNN_RELU, bare)),
                LayerCase.of("lstm", random -> new Lstm(plain, random), run(RecurrentKind.LSTM, plain)),
                LayerCase.of("lstm_options", random -> new Lstm(full, random), run(RecurrentKind.LSTM, full)),
                LayerCase.of("gru", random -> new Gru(deep, random), run(RecurrentKind.GRU, deep)));
    }

    private static LayerCase.Stateless run(RecurrentKind kind, RecurrentSettings settings) {
        RecurrentOptions options = settings.options();
        return (state, x, mode) -> {
            List<Recurrent.Weights> weights = new ArrayList<>();
            for (int layer = 0; layer < settings.layers(); layer++) {
                weights.add(weights(state, "_l" + layer));
                if (options.bidirectional()) {
                    weights.add(weights(state, "_l" + layer + "_reverse"));
                }
            }
            return RecurrentFunctions.run(kind, x, null, weights, options, mode).output();
        };
    }

    private static Recurrent.Weights weights(Map<String, Tensor> state, String suffix) {
        return new Recurrent.Weights(
                state.get("weight_ih" + suffix),
                state.get("weight_hh" + suffix),
                state.get("bias_ih" + suffix),
                state.get("bias_hh" + suffix));
    }

    static List<LayerCase> attention() {
        AttentionSettings plain = AttentionSettings.of(8, 2);
        AttentionSettings causal = AttentionSettings.of(8, 4).withCausal().withBias(Bias.NONE);
        AttentionSettings grouped = grouped(9, 500);
        TransformerSettings encoder = TransformerSettings.layerNormGelu(plain).withHidden(16);
        TransformerSettings relu = TransformerSettings.layerNormGelu(plain.withCausal())
                .withHidden(12)
                .withFeedForward(TransformerSettings.FeedForward.RELU);
        return List.of(
                LayerCase.of("attention", random -> new MultiHeadAttention(plain, random), attend(plain, null)),
                LayerCase.of(
                        "attention_causal", random -> new MultiHeadAttention(causal, random), attend(causal, null)),
                LayerCase.of(
                        "attention_grouped_rotary",
                        random -> new MultiHeadAttention(grouped, random),
                        attend(grouped, rotation(5, 500))),
                LayerCase.composed("transformer_block", random -> new TransformerBlock(encoder, random)),
                LayerCase.composed("transformer_block_causal", random -> new TransformerBlock(relu, random)),
                LayerCase.composed(
                        "transformer_block_gated",
                        random -> new TransformerBlock(
                                TransformerSettings.rmsNormSwiGlu(grouped(4, 10000), 12), random)));
    }

    private static AttentionSettings grouped(long positions, double base) {
        return AttentionSettings.of(16, 4)
                .withKeyHeads(2)
                .withCausal()
                .withBias(Bias.NONE)
                .withRotary(new AttentionSettings.Rotary(positions, base, RotaryEmbedding.Pairs.HALVES));
    }

    private static Rotation rotation(long length, double base) {
        return new Rotation(
                RotaryEmbedding.angles(RotaryEmbedding.frequencies(4, base), length, DType.FLOAT32),
                RotaryEmbedding.Pairs.HALVES);
    }

    private static LayerCase.Stateless attend(AttentionSettings settings, @Nullable Rotation rotation) {
        AttentionOptions options = settings.causal() ? AttentionOptions.DEFAULT.withCausal() : AttentionOptions.DEFAULT;
        return (state, x, mode) -> {
            Tensor projected = LinearFunctions.linear(x, state.get("in_proj_weight"), state.get("in_proj_bias"));
            Tensor heads = AttentionFunctions.selfAttention(projected, settings.heads(), rotation, options);
            return LinearFunctions.linear(heads, state.get("out_proj.weight"), state.get("out_proj.bias"));
        };
    }
}
