// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.hdfs.ShardLayout;
import io.howdah.hdfs.ShardReader;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowPackerTest {
    @TempDir
    java.nio.file.Path folder;

    @Test
    void separatesDocumentsAndFillsTheLastRow() throws IOException {
        assertThat(pack("abc", "defghi", "j")).isEqualTo("abc|defg,hi|j||||");
    }

    @Test
    void separatorMayOpenARow() throws IOException {
        assertThat(pack("abcdefgh", "i")).isEqualTo("abcdefgh,|i||||||");
    }

    @Test
    void fullLastRowIsNotFollowedByAnEmptyOne() throws IOException {
        assertThat(pack("abc", "def")).isEqualTo("abc|def|");
    }

    @Test
    void noDocumentsGiveNoRows() throws IOException {
        assertThat(pack()).isEmpty();
    }

    /** Rows of eight tokens, joined by commas, separators shown as bars. */
    private String pack(String... documents) throws IOException {
        FileSystem fileSystem = FileSystem.getLocal(new Configuration());
        Path path = new Path(folder.resolve("shard").toUri());
        try (RowPacker packer = new RowPacker(fileSystem.create(path), new ShardLayout(8, 100, 0))) {
            for (String document : documents) {
                packer.add((document + "beyond the length").getBytes(UTF_8), document.length());
            }
            assertThat(packer.documents()).isEqualTo(documents.length);
            packer.finish();
        }
        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            String tokens = reader.rows() == 0
                    ? ""
                    : new String(Corpus.bytes(reader.read(0).get(0)), UTF_8);
            return tokens.replace('\0', '|').replaceAll("(.{8})(?=.)", "$1,");
        }
    }
}
