// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import java.io.ByteArrayOutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets of released versions: the resources were written when the version was released, and never change. */
class FrozenFormatTest {
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    Path folder;

    @Test
    void packedTokensAreStillWrittenByteForByte() throws Exception {
        writeTokens();
        for (String name : List.of("_dataset.json", "train/part-00000.arrow", "train/part-00001.arrow")) {
            assertThat(folder.resolve(name))
                    .as(name)
                    .hasSameBinaryContentAs(released().resolve(name));
        }
    }

    @Test
    void packedTokensAreStillRead() throws Exception {
        byte[][] rows = writeTokens();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (byte[] row : rows) {
            expected.writeBytes(row);
        }
        org.apache.hadoop.fs.Path directory =
                new org.apache.hadoop.fs.Path(released().toUri());
        try (HdfsDataset dataset = HdfsDataset.open(HADOOP, directory, Part.TRAIN);
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START);
                Batch batch = reader.next(rows.length)) {
            assertThat(SampleDataset.bytes(batch.column("tokens").buffer())).isEqualTo(expected.toByteArray());
            assertThat(dataset.properties()).containsEntry("sequence.length", "6");
        }
    }

    private byte[][] writeTokens() throws Exception {
        return SampleDataset.write(
                FileSystem.getLocal(HADOOP).getRawFileSystem(),
                new org.apache.hadoop.fs.Path(folder.toUri()),
                new ShardLayout(6, 3, 0),
                List.of(7, 4));
    }

    private static Path released() throws URISyntaxException {
        return Path.of(FrozenFormatTest.class.getResource("/packed-tokens-1").toURI());
    }
}
