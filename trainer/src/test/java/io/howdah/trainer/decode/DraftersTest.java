// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.Products;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.RowCosts;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.HeadSettings;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every row of the table makes a drafter from keys, and every key reaches the generator. */
class DraftersTest {
    private static Config config(Map<String, String> settings) {
        return Config.parse(new KeyTable(DecodeKeys.ALL), settings);
    }

    private static DecoderNetwork packed(Compute compute, LanguageNetwork network) {
        DecoderNetwork packed = DecoderNetwork.of(compute, network);
        network.close();
        return packed;
    }

    @Test
    void everyRowMakesADrafterOfItsName() {
        HeadCalibration calibration = new HeadCalibration(new long[][] {{10, 0}, {6, 2}, {5, 1}}, new long[][][] {
            {{6, 2}, {0, 0}}, {{5, 1}, {1, 0}}, {{4, 1}, {1, 0}}
        });
        LanguageNetwork network = TinyNetworks.llama(11, 2, 1);
        TokenHeads medusa = HeadSettings.of(HeadKind.MEDUSA, 3).create(network, 1);
        TokenHeads parallel = HeadSettings.of(HeadKind.PARALLEL, 3).create(network, 1);
        try (Compute compute = Compute.of(1, DType.FLOAT32)) {
            DecoderNetwork target = DecoderNetwork.of(compute, network);
            DecoderNetwork draft = packed(compute, TinyNetworks.llama(11, 1, 2));
            RowCosts costs = new RowCosts(new int[] {1, 200}, new double[] {100, 101});
            for (Drafters.Row row : Drafters.ALL) {
                Config config = config(Map.of(
                        "howdah.decode.drafter", row.name(),
                        "howdah.decode.draft.deepest", "3",
                        "howdah.decode.draft.cache.mb", "4"));
                TokenHeads heads = row.name().startsWith("medusa") ? medusa : parallel;
                DraftingParts parts = new DraftingParts(target, draft, heads, calibration, () -> costs);
                try (Drafter drafter = row.maker().make(parts, config)) {
                    assertThat(drafter.name()).isEqualTo(row.name());
                    assertThat(drafter.deepest()).as(row.name()).isEqualTo(3);
                    assertThat(drafter.vocabulary().orElse(11)).isEqualTo(11);
                }
                assertThat(Drafters.named(row.name())).isSameAs(row);
                if (row.need() != Drafters.Need.NOTHING) {
                    DraftingParts bare = new DraftingParts(target, null, null, null, () -> costs);
                    assertThatThrownBy(() -> row.maker().make(bare, config))
                            .as(row.name())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageStartingWith("Cannot draft: drafter=" + row.name());
                }
            }
        } finally {
            List.of(medusa, parallel, network).forEach(Module::close);
        }
        assertThatThrownBy(() -> Drafters.named("oracle")).hasMessageContaining("name=oracle, expected one of [ngram,");
        assertThat(Drafters.names()).startsWith(Drafters.NONE).hasSize(1 + Drafters.ALL.size());
    }

    @Test
    void productsOfOneDnnAreRefusedWhereTheyBringNothing() {
        assertThat(new DecodeSettings(config(Map.of("howdah.decode.products", "onednn"))).products())
                .isEqualTo(Products.ONEDNN);
        DecodeSettings wide = new DecodeSettings(
                config(Map.of("howdah.decode.products", "onednn", "howdah.decode.precision", "fp32")));
        assertThatThrownBy(wide::products)
                .hasMessageContaining("howdah.decode.products=onednn howdah.decode.precision=fp32, expected bf16");
    }

    @Test
    void keysReachTheGenerator() {
        DecodeSettings settings = new DecodeSettings(config(Map.of(
                "howdah.decode.temperature", "0.5",
                "howdah.decode.top.k", "9",
                "howdah.decode.top.p", "0.9",
                "howdah.decode.min.p", "0.1",
                "howdah.decode.repetition.penalty", "1.2",
                "howdah.decode.stop", "[\"a,b\",\"\\n\"]",
                "howdah.decode.precision", "fp32",
                "howdah.decode.cache.mb", "3",
                "howdah.decode.acceptance", "rejection")));
        assertThat(settings.sampling(8))
                .isEqualTo(new io.howdah.trainer.decode.sampling.SamplingSettings(0.5, 9, 0.9, 0.1, 1.2, 8));
        assertThat(settings.stop(5, java.util.Set.of(2)))
                .isEqualTo(new StopSettings(5, java.util.Set.of(2), List.of("a,b", "\n")));
        assertThat(settings.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(settings.products()).isEqualTo(Products.VECTOR);
        assertThat(settings.generator()).isEqualTo(GeneratorSettings.of(16, 3 << 20));
        assertThat(settings.matchesSamples()).isFalse();
        assertThat(settings.speculates()).isFalse();
        for (String bad : List.of("[", "\"x\"", "[1]", "[\"\"]")) {
            assertThatThrownBy(() -> config(Map.of("howdah.decode.stop", bad)))
                    .as(bad)
                    .isInstanceOf(ConfigException.class);
        }
    }
}
