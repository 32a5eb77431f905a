// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} has the rows of {@link MetricTable}, and no others. */
class MetricTableTest {
    private static final Path PAGE =
            Path.of(System.getProperty("user.dir")).getParent().resolve("docs/metrics.md");

    private static String line(MetricTable.Row row) {
        return "| " + row.record() + " | `" + row.name() + "` | "
                + row.kind().name().toLowerCase(Locale.ROOT) + " | " + row.unit() + " | " + row.description() + " |";
    }

    @Test
    void thePageListsAllMetrics() throws IOException {
        List<String> declared =
                MetricTable.rows().stream().map(MetricTableTest::line).toList();
        List<String> page = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| " + MetricTable.TASK + " |")
                        || line.startsWith("| " + MetricTable.PEER + " |"))
                .toList();
        assertThat(page)
                .as("the rows of docs/metrics.md, expected:%n%s", String.join("\n", declared))
                .isEqualTo(declared);
    }

    @Test
    void namesAreUniqueWithinARecord() {
        assertThat(MetricTable.rows())
                .extracting(row -> row.record() + "." + row.name())
                .doesNotHaveDuplicates();
    }
}
