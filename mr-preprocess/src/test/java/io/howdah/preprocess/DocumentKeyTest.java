// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.hdfs.Part;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.io.BytesWritable;
import org.junit.jupiter.api.Test;

class DocumentKeyTest {
    private static final List<BytesWritable> KEYS = IntStream.range(0, 4000)
            .mapToObj(i -> DocumentKey.of(3, ("document " + i).getBytes(UTF_8)))
            .sorted()
            .toList();

    @Test
    void dependsOnSeedAndContentAlone() {
        BytesWritable key = DocumentKey.of(3, "text".getBytes(UTF_8));
        assertThat(DocumentKey.of(3, "text".getBytes(UTF_8))).isEqualTo(key);
        assertThat(DocumentKey.of(4, "text".getBytes(UTF_8))).isNotEqualTo(key);
        assertThat(DocumentKey.of(3, "texu".getBytes(UTF_8))).isNotEqualTo(key);
    }

    @Test
    void heldoutDocumentsComeFirst() {
        List<Part> parts = KEYS.stream().map(key -> DocumentKey.part(key, 0.2)).toList();
        assertThat(parts).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(parts.stream().filter(part -> part == Part.HELDOUT).count()).isBetween(700L, 900L);
    }

    @Test
    void nothingIsHeldOutAtZero() {
        assertThat(KEYS).allMatch(key -> DocumentKey.part(key, 0) == Part.TRAIN);
        BytesWritable lowest = new BytesWritable(new byte[16]);
        assertThat(DocumentKey.part(lowest, 0)).isEqualTo(Part.TRAIN);
        assertThat(DocumentKey.part(lowest, 1e-9)).isEqualTo(Part.HELDOUT);
    }

    @Test
    void everyShardGetsItsShareOfBothParts() {
        for (Part part : Part.values()) {
            int[] counts = new int[4];
            KEYS.stream()
                    .filter(key -> DocumentKey.part(key, 0.5) == part)
                    .forEach(key -> counts[new ShardPartitioner().getPartition(key, new BytesWritable(), 4)]++);
            assertThat(counts)
                    .satisfies(c -> assertThat(IntStream.of(c).min().orElse(0)).isGreaterThan(400));
        }
    }
}
