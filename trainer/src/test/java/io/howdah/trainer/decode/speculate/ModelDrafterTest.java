// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.decode.TinyNetworks;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.sampling.SeededChance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A drafter that has followed a text, through refused drafts and pauses, drafts what one that has just met it drafts. */
class ModelDrafterTest {
    private static final int VOCABULARY = 24;
    private static final long CACHE = 1 << 24;
    private static final int DEPTH = 4;

    private static SequenceSampler sampler(int sequence, TokenHistory history) {
        return new SequenceSampler(SamplingSettings.temperature(1, 5), new SeededChance(5, sequence, 0), history);
    }

    private static List<DraftTree> drafts(ModelDrafter drafter, List<SequenceSampler> samplers, Drawing drawing) {
        List<DraftRequest> requests = new ArrayList<>();
        for (int i = 0; i < samplers.size(); i++) {
            requests.add(new DraftRequest(i, samplers.get(i), DEPTH, DEPTH, drawing, new DraftTree()));
        }
        drafter.draft(requests);
        return requests.stream().map(DraftRequest::tree).toList();
    }

    private static void assertSame(DraftTree followed, DraftTree fresh) {
        assertThat(followed.size()).isEqualTo(fresh.size()).isEqualTo(DEPTH);
        for (int node = 0; node < DEPTH; node++) {
            assertThat(followed.token(node)).isEqualTo(fresh.token(node));
            assertThat(followed.parent(node)).isEqualTo(node - 1);
            assertThat(followed.distribution(node)).isEqualTo(fresh.distribution(node));
        }
    }

    @ParameterizedTest
    @EnumSource(Drawing.class)
    void followsTextsThroughRefusedDraftsAndPauses(Drawing drawing) {
        Philox random = new Philox(8, 0);
        try (Compute compute = Compute.of(2, DType.FLOAT32)) {
            LanguageNetwork network = TinyNetworks.llama(VOCABULARY, 2, 4);
            DecoderNetwork decoder = DecoderNetwork.of(compute, network);
            network.close();
            ModelDrafter drafter = ModelDrafter.of(decoder, CACHE, DEPTH);
            List<SequenceSampler> samplers = new ArrayList<>();
            for (int sequence = 0; sequence < 3; sequence++) {
                samplers.add(sampler(sequence, new TokenHistory(1, 2, sequence)));
                drafter.open(sequence, samplers.get(sequence), 200);
            }
            for (int step = 0; step < 25; step++) {
                List<DraftTree> followed = drafts(drafter, samplers, drawing);
                ModelDrafter fresh = ModelDrafter.of(decoder, CACHE, DEPTH);
                for (int i = 0; i < samplers.size(); i++) {
                    fresh.open(i, samplers.get(i), 200);
                }
                List<DraftTree> expected = drafts(fresh, samplers, drawing);
                for (int i = 0; i < samplers.size(); i++) {
                    assertSame(followed.get(i), expected.get(i));
                    TokenHistory history = samplers.get(i).history();
                    int accepted = random.nextInt(DEPTH + 1);
                    for (int node = 0; node < accepted; node++) {
                        history.push(followed.get(i).token(node));
                    }
                    history.push(random.nextInt(VOCABULARY));
                }
                fresh.close();
            }
            drafter.close();
            assertThat(drafter.hasRoomFor(200)).isTrue();
        }
    }

    @Test
    void draftsNothingBehindItsOwnContext() {
        try (Compute compute = Compute.of(1, DType.FLOAT32)) {
            LanguageNetwork network = TinyNetworks.gpt2(VOCABULARY, 1, 4);
            DecoderNetwork decoder = DecoderNetwork.of(compute, network);
            network.close();
            ModelDrafter drafter = ModelDrafter.of(decoder, CACHE, DEPTH);
            SequenceSampler sampler = sampler(0, new TokenHistory(new int[decoder.context() - 1]));
            drafter.open(0, sampler, 2 * decoder.context());
            assertThat(drafts(drafter, List.of(sampler), Drawing.MATCHING)
                            .get(0)
                            .size())
                    .isEqualTo(2);
            sampler.history().push(0);
            sampler.history().push(0);
            assertThat(drafts(drafter, List.of(sampler), Drawing.MATCHING)
                            .get(0)
                            .size())
                    .isZero();
            drafter.close();
        }
    }
}
