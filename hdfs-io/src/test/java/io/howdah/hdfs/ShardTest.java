// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
    private static final ShardLayout LAYOUT = new ShardLayout(12, 5, 0);

    @TempDir
    java.nio.file.Path folder;

    private FileSystem fileSystem;
    private java.nio.file.Path file;
    private Path path;

    @BeforeEach
    void openFileSystem() throws IOException {
        fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        file = folder.resolve("part-00000.arrow");
        path = new Path(file.toUri());
    }

    @ParameterizedTest
    @CsvSource({"0,12,5", "1,12,5", "5,12,5", "23,12,5", "7,1,1", "40,128,1000"})
    void readsBackEveryRow(int count, int sequenceLength, int rowsPerBatch) throws IOException {
        ShardLayout layout = new ShardLayout(sequenceLength, rowsPerBatch, 3);
        byte[][] rows = SampleDataset.rows(count, sequenceLength, 1);
        SampleDataset.writeShard(fileSystem, path, layout, rows);

        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            assertThat(reader.layout()).isEqualTo(layout);
            assertThat(reader.rows()).isEqualTo(count);
            assertThat(reader.batches()).isEqualTo(layout.batches(count));
            assertThat(allRows(reader)).isEqualTo(concatenated(rows));
        }
    }

    @Test
    void tellsTheFactsOfTheFile() throws IOException {
        byte[][] rows = SampleDataset.rows(23, 12, 1);
        ShardFacts facts = SampleDataset.writeShard(fileSystem, path, LAYOUT, rows);

        byte[] content = Files.readAllBytes(file);
        CRC32C crc = new CRC32C();
        crc.update(content);
        Histogram histogram = new Histogram();
        histogram.add(concatenated(rows), 0, 23 * 12);
        assertThat(facts).isEqualTo(new ShardFacts(content.length, 23, (int) crc.getValue(), histogram));
        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            assertThat(reader.histogram()).isEqualTo(histogram);
        }
    }

    @Test
    void sameRowsGiveTheSameBytes() throws IOException {
        byte[][] rows = SampleDataset.rows(23, 12, 1);
        SampleDataset.writeShard(fileSystem, path, LAYOUT, rows);
        Path second = new Path(folder.resolve("second.arrow").toUri());
        SampleDataset.writeShard(fileSystem, second, LAYOUT, rows);
        assertThat(folder.resolve("second.arrow")).hasSameBinaryContentAs(file);
    }

    @Test
    void arrowItselfReadsTheShard() throws IOException {
        byte[][] rows = SampleDataset.rows(8, 12, 1);
        SampleDataset.writeShard(fileSystem, path, LAYOUT, rows);

        try (FileChannel channel = FileChannel.open(file);
                RootAllocator allocator = new RootAllocator();
                ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
            int row = 0;
            while (reader.loadNextBatch()) {
                FixedSizeListVector tokens =
                        (FixedSizeListVector) reader.getVectorSchemaRoot().getVector(ShardLayout.TOKENS);
                UInt1Vector values = (UInt1Vector) tokens.getDataVector();
                assertThat(tokens.getNullCount() + values.getNullCount()).isZero();
                for (int i = 0; i < tokens.getValueCount(); i++, row++) {
                    for (int token = 0; token < 12; token++) {
                        assertThat(values.get(12 * i + token)).isEqualTo(rows[row][token]);
                    }
                }
            }
            assertThat(row).isEqualTo(8);
            assertThat(reader.getMetaData()).containsEntry("howdah.format", "packed-tokens");
        }
    }

    @Test
    void closedBeforeItsEndIsRefused() throws IOException {
        try (ShardWriter writer = ShardWriter.to(fileSystem.create(path), LAYOUT)) {
            for (byte[] row : SampleDataset.rows(23, 12, 1)) {
                writer.write(row, 0);
            }
        }
        assertRefused();
    }

    @Test
    void truncatedAnywhereIsRefused() throws IOException {
        byte[] content = shardBytes();
        for (int length = 0; length < content.length; length++) {
            Files.write(file, Arrays.copyOf(content, length));
            assertRefused();
        }
    }

    @Test
    void longerThanWrittenIsRefused() throws IOException {
        byte[] content = shardBytes();
        Files.write(file, Arrays.copyOf(content, content.length + 1));
        assertRefused();
    }

    @Test
    void flippedBytesNeverGiveOtherRows() throws IOException {
        byte[] content = shardBytes();
        byte[] expected = concatenated(SampleDataset.rows(23, 12, 1));
        int refused = 0;
        int[] masks = {0xff, 0x01, 0x80};
        for (int i = 0; i < content.length; i++) {
            byte[] damaged = content.clone();
            damaged[i] ^= (byte) masks[i % masks.length];
            Files.write(file, damaged);
            try (ShardReader reader = ShardReader.open(fileSystem, path)) {
                assertThat(allRows(reader)).as("byte %d", i).isEqualTo(expected);
            } catch (IOException e) {
                assertThat(e)
                        .hasMessageContaining(path.toString())
                        .hasMessageContaining("run preprocess or datagen again");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(expected.length);
    }

    @Test
    void flippedTokenIsFoundByItsCrc() throws IOException {
        byte[] content = shardBytes();
        byte[] row = SampleDataset.rows(23, 12, 1)[17];
        int at = indexOf(content, row);
        content[at + 6] ^= 4;
        Files.write(file, content);
        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            reader.read(2);
            assertThatThrownBy(() -> reader.read(3))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("path=" + path + " batch=3 column=tokens crc32c=")
                    .hasMessageEndingWith("; run preprocess or datagen again");
        }
    }

    @Test
    void otherArrowFileIsRefused() throws IOException {
        byte[] content = shardBytes();
        int at = indexOf(content, "packed-tokens".getBytes(StandardCharsets.US_ASCII));
        content[at] = 'q';
        Files.write(file, content);
        assertThatThrownBy(() -> ShardReader.open(fileSystem, path))
                .hasMessage(
                        "Cannot read shard: path=" + path
                                + " howdah.format=qacked-tokens, expected packed-tokens or columns; run preprocess or datagen again");
    }

    private byte[] shardBytes() throws IOException {
        SampleDataset.writeShard(fileSystem, path, LAYOUT, SampleDataset.rows(23, 12, 1));
        return Files.readAllBytes(file);
    }

    private void assertRefused() {
        assertThatThrownBy(() -> {
                    try (ShardReader reader = ShardReader.open(fileSystem, path)) {
                        allRows(reader);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot read shard: path=" + path + " ")
                .hasMessageEndingWith("; run preprocess or datagen again");
    }

    private static byte[] allRows(ShardReader reader) throws IOException {
        byte[][] batches = new byte[reader.batches()][];
        for (int batch = 0; batch < batches.length; batch++) {
            batches[batch] = SampleDataset.bytes(reader.read(batch).get(0));
        }
        return concatenated(batches);
    }

    private static byte[] concatenated(byte[][] pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private static int indexOf(byte[] content, byte[] piece) {
        for (int i = 0; i + piece.length <= content.length; i++) {
            if (Arrays.equals(content, i, i + piece.length, piece, 0, piece.length)) {
                return i;
            }
        }
        throw new AssertionError("not in the file");
    }
}
