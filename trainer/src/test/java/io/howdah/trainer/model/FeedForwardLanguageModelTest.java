// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeedForwardLanguageModelTest {
    private static final Config DEFAULTS = Config.parse(new KeyTable(ModelKeys.ALL), Map.of());

    @Test
    void windowsHoldTheTokensBeforeEachToken() {
        Tensor windows = new ContextWindows(3, 9).of(Tensor.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4));
        assertThat(windows.shape().sizes()).containsExactly(8, 3);
        assertThat(windows.toFloats())
                .containsExactly(
                        9, 9, 9, 9, 9, 1, 9, 1, 2, 1, 2, 3, //
                        9, 9, 9, 9, 9, 5, 9, 5, 6, 5, 6, 7);
        assertThat(new ContextWindows(2, 300)
                        .of(Tensor.of(new int[] {1, 2}, 1, 2))
                        .toFloats())
                .containsExactly(300, 300, 300, 1);
    }

    @Test
    void aLossDependsOnEarlierTokensOnly() {
        FeedForwardLanguageModel model =
                new FeedForwardLanguageModel(new FeedForwardLanguageModel.Sizes(256, 2, 4, 8, 2), 0, 1);
        float[] one = losses(model, 5, 6, 7, 8);
        float[] other = losses(model, 5, 6, 9, 8);
        assertThat(one).hasSize(4);
        assertThat(other[0]).isEqualTo(one[0]);
        assertThat(other[1]).isEqualTo(one[1]);
        assertThat(other[2]).isNotEqualTo(one[2]);
        assertThat(other[3]).isNotEqualTo(one[3]);
    }

    private static float[] losses(FeedForwardLanguageModel model, int... tokens) {
        byte[] bytes = new byte[tokens.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) tokens[i];
        }
        Batch batch = new Batch(1, Map.of("tokens", Tensor.of(bytes, 1, bytes.length)));
        return model.losses(batch).toFloats();
    }

    @Test
    void listsParametersInForwardOrderWithoutDecayOfBiases() {
        TrainableModel model = Models.create(DEFAULTS, Map.of("vocabulary", "256", "separator", "0"), 1);
        List<ParameterSpec> specs = model.table().specs();
        assertThat(specs)
                .extracting(ParameterSpec::name)
                .containsExactly("embedding.weight", "hidden0.weight", "hidden0.bias", "output.weight", "output.bias");
        assertThat(specs).extracting(ParameterSpec::weightDecayFactor).containsExactly(1.0, 1.0, 0.0, 1.0, 0.0);
        assertThat(specs.get(1).shape().sizes()).containsExactly(512, 512);
    }

    @Test
    void refusesUnknownNamesAndDatasetsWithoutTokens() {
        assertThatThrownBy(() -> Models.create("resnet", DEFAULTS, Map.of(), 1))
                .hasMessageContaining("name=resnet, expected one of [")
                .hasMessageContaining("feedforward-lm");
        assertThatThrownBy(() -> Models.create(DEFAULTS, Map.of("separator", "0"), 1))
                .hasMessageContaining("dataset property vocabulary=null");
    }
}
