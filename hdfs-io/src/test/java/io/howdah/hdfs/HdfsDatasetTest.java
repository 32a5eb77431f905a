// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.ReadOrder.Mode;
import io.howdah.trainer.data.Split;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HdfsDatasetTest {
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path folder;

    @Property(tries = 60)
    void resumedReaderGoesOnLikeAnUninterruptedOne(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 13) Integer> shardRows,
            @ForAll @IntRange(min = 1, max = 5) int rowsPerBatch,
            @ForAll @IntRange(min = 1, max = 4) int slices,
            @ForAll long seed,
            @ForAll Mode mode)
            throws IOException {
        java.nio.file.Path own = Files.createTempDirectory("howdah-dataset-");
        Path directory = new Path(own.toUri());
        byte[][] rows = SampleDataset.write(
                FileSystem.getLocal(HADOOP), directory, new ShardLayout(6, rowsPerBatch, 0), shardRows);
        try (HdfsDataset dataset = HdfsDataset.open(HADOOP, directory, Part.TRAIN)) {
            Random random = new Random(seed);
            for (int slice = 0; slice < Math.min(slices, dataset.splits().size()); slice++) {
                ReadOrder order = new ReadOrder(seed, mode, slice, slices);
                List<byte[]> expected = specified(dataset.splits(), rows, order, 60);
                assertThat(readInterrupted(dataset, order, expected.size(), random))
                        .as("seed %d", seed)
                        .usingRecursiveFieldByFieldElementComparator()
                        .containsExactlyElementsOf(expected);
            }
        } finally {
            FileSystem.getLocal(HADOOP).delete(directory, true);
        }
    }

    /** What the contract says, written down without any state: all examples from the start, at most {@code most}. */
    private static List<byte[]> specified(List<Split> splits, byte[][] rows, ReadOrder order, int most) {
        int[] firstRows = new int[splits.size()];
        for (int i = 1; i < firstRows.length; i++) {
            firstRows[i] = firstRows[i - 1] + splits.get(i - 1).examples();
        }
        List<byte[]> expected = new ArrayList<>();
        for (long epoch = 0; expected.size() < most && (epoch == 0 || order.mode() == Mode.SHUFFLED); epoch++) {
            for (int split : order.splits(epoch, splits.size())) {
                for (int example : order.examples(epoch, splits.get(split))) {
                    expected.add(rows[firstRows[split] + example]);
                }
            }
        }
        return expected;
    }

    /** Reads batches of random sizes, now and then going on with a new reader at the position of the old one. */
    private static List<byte[]> readInterrupted(HdfsDataset dataset, ReadOrder order, int count, Random random)
            throws IOException {
        List<byte[]> read = new ArrayList<>();
        Position position = Position.START;
        while (read.size() < count) {
            try (ExampleReader reader = dataset.open(order, position)) {
                assertThat(reader.position()).isEqualTo(position);
                for (int i = random.nextInt(4); i >= 0 && read.size() < count; i--) {
                    read.addAll(examples(reader.next(Math.min(1 + random.nextInt(9), count - read.size()))));
                    position = reader.position();
                }
            }
        }
        return read;
    }

    private static List<byte[]> examples(Batch batch) {
        try (batch) {
            ByteBuffer buffer = batch.column("tokens").buffer();
            assertThat(batch.column("tokens").shape().sizes()).containsExactly(batch.examples(), 6);
            List<byte[]> examples = new ArrayList<>();
            for (int i = 0; i < batch.examples(); i++) {
                byte[] example = new byte[6];
                buffer.get(example);
                examples.add(example);
            }
            return examples;
        }
    }

    @Test
    void sequentialReaderEndsWithAShortBatchAndThenNothing() throws IOException {
        try (HdfsDataset dataset = dataset(4, 3);
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START)) {
            assertThat(dataset.examples()).isEqualTo(7);
            assertThat(reader.next(5).examples()).isEqualTo(5);
            assertThat(reader.next(5).examples()).isEqualTo(2);
            assertThat(reader.position()).isEqualTo(new Position(1, 0, 0));
            assertThat(reader.next(5).examples()).isZero();
        }
    }

    @Test
    void slicesWithoutASplitEndAtOnceOrAreRefused() throws IOException {
        try (HdfsDataset dataset = dataset(4)) {
            try (ExampleReader reader = dataset.open(new ReadOrder(1, Mode.SEQUENTIAL, 3, 5), Position.START)) {
                assertThat(reader.next(5).examples()).isZero();
            }
            assertThatThrownBy(() -> dataset.open(new ReadOrder(1, Mode.SHUFFLED, 3, 5), Position.START))
                    .hasMessageContaining("splits=2 slice=3 slices=5, expected a split for every slice");
        }
    }

    @Test
    void positionOfAnotherDatasetIsRefused() throws IOException {
        try (HdfsDataset dataset = dataset(4, 3)) {
            for (Position position : List.of(
                    new Position(0, 5, 0), new Position(0, 0, 4), new Position(-1, 0, 0), new Position(0, 4, 1))) {
                assertThatThrownBy(() -> dataset.open(ReadOrder.sequential(), position))
                        .hasMessageContaining("position=" + position)
                        .hasMessageContaining("resume with the dataset and slices of the checkpoint");
            }
        }
    }

    @Test
    void tellsItsPropertiesAndColumns() throws IOException {
        try (HdfsDataset dataset = dataset(4, 3)) {
            assertThat(dataset.properties())
                    .containsEntry("vocabulary", "256")
                    .containsEntry("sequence.length", "6")
                    .containsEntry("separator", "0");
            assertThat(Histogram.parse(dataset.properties().get("histogram")).total())
                    .isEqualTo(7 * 6);
            assertThat(dataset.columns().toString()).isEqualTo("[Column[name=tokens, dtype=uint8, shape=[6]]]");
            assertThat(dataset.splits()).extracting(Split::examples).containsExactly(3, 1, 3);
            assertThat(dataset.splits())
                    .allSatisfy(split -> assertThat(split.hosts()).isNotEmpty());
        }
    }

    @Test
    void closingTheReaderEndsItsThread() throws IOException {
        try (HdfsDataset dataset = dataset(4, 3)) {
            dataset.open(new ReadOrder(1, Mode.SHUFFLED, 0, 1), Position.START).close();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("howdah-prefetch");
    }

    @Test
    void truncatedShardIsRefusedAtOpen() throws IOException {
        dataset(4, 3).close();
        java.nio.file.Path shard = folder.resolve("train/part-00001.arrow");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 100));
        Files.delete(folder.resolve("train/.part-00001.arrow.crc"));
        assertThatThrownBy(() -> HdfsDataset.open(HADOOP, new Path(folder.toUri()), Part.TRAIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("part-00001.arrow bytes=100, expected ");
    }

    @Test
    void shardOfAnotherRunIsRefusedWhenItIsRead() throws IOException {
        dataset(4, 3).close();
        FileSystem fileSystem = FileSystem.getLocal(HADOOP);
        Path shard = new Path(new Path(folder.toUri()), "train/part-00001.arrow");
        ShardFacts facts =
                SampleDataset.writeShard(fileSystem, shard, new ShardLayout(6, 3, 1), SampleDataset.rows(3, 6, 1));
        try (HdfsDataset dataset = HdfsDataset.open(HADOOP, new Path(folder.toUri()), Part.TRAIN);
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START)) {
            assertThat(facts.rows()).isEqualTo(3);
            assertThat(reader.next(4).examples()).isEqualTo(4);
            Position before = reader.position();
            assertThatThrownBy(() -> reader.next(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("part-00001.arrow")
                    .hasMessageContaining("as in the manifest; run preprocess or datagen again");
            assertThat(reader.position()).isEqualTo(before);
        }
    }

    /** A dataset in the test's folder, three rows in a batch. */
    private HdfsDataset dataset(Integer... shardRows) throws IOException {
        Path directory = new Path(folder.toUri());
        SampleDataset.write(FileSystem.getLocal(HADOOP), directory, new ShardLayout(6, 3, 0), List.of(shardRows));
        return HdfsDataset.open(HADOOP, directory, Part.TRAIN);
    }
}
