// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.yarn.generate.SpeculationComparison;
import io.howdah.yarn.generate.SpeculationComparison.Written;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoWritingTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private static Written written(String text, long steps, long seconds) {
        List<Integer> tokens = text.chars().boxed().toList();
        long accepted = tokens.size() - steps;
        DecodingStatistics statistics = new DecodingStatistics(
                1,
                0,
                0,
                steps,
                steps,
                tokens.size(),
                accepted,
                List.of(steps),
                List.of(accepted),
                seconds * 1_000_000_000);
        return new Written(text, tokens, statistics);
    }

    @Test
    void showsSpeedsAndTheSameTokens() {
        Written plain = written("int a;\nint b;\n", 14, 2);
        boolean same = DemoWriting.print(
                new SpeculationComparison("class A {\n", plain, written("int a;\nint b;\n", 7, 1)), out);
        assertThat(same).isTrue();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("class A {\n")
                .contains("7 tokens/s ", "| 14 tokens/s\n", "| int b;\n")
                .endsWith("The same 14 tokens, 2.00 times the speed, 2.00 tokens per forward of the model\n");
    }

    @Test
    void saysWhereTokensDiffer() {
        assertThat(DemoWriting.print(new SpeculationComparison("a", written("b", 1, 1), written("c", 1, 1)), out))
                .isFalse();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("Other tokens, 1.00 times");
    }

    @Test
    void breaksLinesThatAreWiderThanAColumn() {
        assertThat(DemoWriting.lines("\tx" + "y".repeat(60) + "\n\u0007"))
                .containsExactly("    x" + "y".repeat(51), "y".repeat(9), "?");
    }
}
