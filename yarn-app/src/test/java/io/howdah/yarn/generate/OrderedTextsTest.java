// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.decode.EndReason;
import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.trainer.decode.StopSettings;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.yarn.generate.prompt.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderedTextsTest {
    private static Prompt prompt(int number) {
        return new Prompt("p" + number, "f:" + number, new Prompt.Text("x"), OptionalInt.empty(), OptionalLong.empty());
    }

    private static GenerationResult result(GenerationRequest request) {
        byte[] text = ("s" + request.sample()).getBytes(StandardCharsets.UTF_8);
        return new GenerationResult(request, new int[] {1}, text, EndReason.MAXIMUM, new double[0]);
    }

    @Test
    void passesPromptsOnInTheirOrder() throws Exception {
        long seed = 4711;
        List<String> passed = new ArrayList<>();
        OrderedTexts ordered = new OrderedTexts(written -> {
            passed.add(written.prompt().id());
            assertThat(new String(written.texts().get(1).bytes(), StandardCharsets.UTF_8))
                    .isEqualTo("s1");
        });
        List<GenerationRequest> all = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int sample = 0; sample < 2; sample++) {
                requests.add(new GenerationRequest(
                        5,
                        sample,
                        new int[] {1},
                        SamplingSettings.GREEDY,
                        StopSettings.after(1),
                        GenerationRequest.Logprobs.NONE));
            }
            ordered.began(prompt(number), new byte[0], requests);
            all.addAll(requests);
            ids.add("p" + number);
        }
        assertThat(ordered.waiting()).isEqualTo(12);
        Collections.shuffle(all, new Random(seed));
        for (GenerationRequest request : all) {
            ordered.ended(result(request));
            assertThat(passed).as("seed %d", seed).isEqualTo(ids.subList(0, passed.size()));
        }
        assertThat(passed).isEqualTo(ids);
        assertThatThrownBy(() -> ordered.ended(result(all.get(0)))).isInstanceOf(IllegalStateException.class);
    }
}
