// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.ReadOrder.Mode;
import io.howdah.trainer.data.Split;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards and datasets whose rows have any columns. */
class ColumnShardTest {
    private static final Configuration HADOOP = new Configuration();
    private static final List<Column> COLUMNS = List.of(
            new Column("image", DType.UINT8, Shape.of(2, 3)),
            new Column("ids", DType.INT64, Shape.of(2)),
            new Column("label", DType.FLOAT32, Shape.of()));
    private static final ShardLayout LAYOUT = new ShardLayout(COLUMNS, 4);

    @TempDir
    java.nio.file.Path folder;

    private FileSystem fileSystem;
    private java.nio.file.Path file;
    private Path path;

    @BeforeEach
    void openFileSystem() throws IOException {
        fileSystem = FileSystem.getLocal(HADOOP).getRawFileSystem();
        file = folder.resolve("part-00000.arrow");
        path = new Path(file.toUri());
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT32", "INT64", "FLOAT32", "FLOAT64"})
    void readsBackEveryTypeAndRank(DType dtype) throws IOException {
        ShardLayout layout = new ShardLayout(
                List.of(
                        new Column("scalar", dtype, Shape.of()),
                        new Column("row", dtype, Shape.of(3)),
                        new Column("cube", dtype, Shape.of(2, 1, 3))),
                4);
        List<ByteBuffer[]> rows = SampleDataset.rows(layout, 11, 1);
        ShardFacts facts = SampleDataset.writeShard(fileSystem, path, layout, rows);
        assertThat(facts.rows()).isEqualTo(11);
        assertThat(facts.bytes()).isEqualTo(Files.size(file));
        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            assertThat(reader.layout()).isEqualTo(layout);
            assertThat(reader.batches()).isEqualTo(3);
            for (int row = 0; row < 11; row++) {
                List<ByteBuffer> values = reader.read(row / 4);
                for (int column = 0; column < 3; column++) {
                    int bytes = layout.bytes(column);
                    assertThat(values.get(column).slice(row % 4 * bytes, bytes)).isEqualTo(rows.get(row)[column]);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "BOOL"})
    void typesWithoutAFormAreRefused(DType dtype) {
        assertThatThrownBy(() -> new ShardLayout(List.of(new Column("x", dtype, Shape.of())), 4))
                .hasMessageContaining("dtype=" + dtype)
                .hasMessageContaining("uint8");
    }

    @Test
    void columnsThatCannotBeToldApartAreRefused() {
        Column column = COLUMNS.get(0);
        assertThatThrownBy(() -> new ShardLayout(List.of(column, column), 4)).hasMessageContaining("name=image");
        assertThatThrownBy(() -> new ShardLayout(List.of(new Column("a b", DType.UINT8, Shape.of())), 4))
                .hasMessageContaining("name=a b");
        assertThatThrownBy(() -> new ShardLayout(List.of(), 4)).hasMessageContaining("at least one");
    }

    @Test
    void rowThatDoesNotFitIsRefused() throws IOException {
        try (ShardWriter writer = ShardWriter.to(fileSystem.create(path), LAYOUT)) {
            assertThatThrownBy(
                            () -> writer.write(ByteBuffer.allocate(6), ByteBuffer.allocate(15), ByteBuffer.allocate(4)))
                    .hasMessageContaining("lim=15")
                    .hasMessageContaining("name=ids");
            assertThatThrownBy(() -> writer.write(ByteBuffer.allocate(6))).hasMessageContaining("fill every column");
        }
    }

    @Test
    void arrowItselfReadsTheShard() throws IOException {
        List<ByteBuffer[]> rows = write(6);
        try (FileChannel channel = FileChannel.open(file);
                RootAllocator allocator = new RootAllocator();
                ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            FixedSizeListVector ids =
                    (FixedSizeListVector) reader.getVectorSchemaRoot().getVector("ids");
            Float4Vector labels = (Float4Vector) reader.getVectorSchemaRoot().getVector("label");
            assertThat(reader.getVectorSchemaRoot().getRowCount()).isEqualTo(4);
            for (int row = 0; row < 4; row++) {
                ByteBuffer expected = rows.get(row)[1].duplicate().order(ByteOrder.LITTLE_ENDIAN);
                assertThat(((BigIntVector) ids.getDataVector()).get(2 * row + 1))
                        .isEqualTo(expected.getLong(8));
                assertThat(Float.floatToRawIntBits(labels.get(row)))
                        .isEqualTo(rows.get(row)[2]
                                .duplicate()
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(0));
            }
            assertThat(reader.getVectorSchemaRoot()
                            .getSchema()
                            .findField("image")
                            .getMetadata())
                    .containsEntry("ARROW:extension:name", "arrow.fixed_shape_tensor")
                    .containsEntry("ARROW:extension:metadata", "{\"shape\":[2, 3]}");
        }
    }

    @Test
    void truncatedAnywhereIsRefused() throws IOException {
        write(6);
        byte[] content = Files.readAllBytes(file);
        for (int length = 0; length < content.length; length++) {
            Files.write(file, Arrays.copyOf(content, length));
            assertThatThrownBy(this::readAll)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Cannot read shard: path=" + path + " ");
        }
    }

    @Test
    void flippedBytesNeverGiveOtherRows() throws IOException {
        write(6);
        byte[] content = Files.readAllBytes(file);
        List<List<ByteBuffer>> expected = readAll();
        int refused = 0;
        for (int i = 0; i < content.length; i++) {
            byte[] damaged = content.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            Files.write(file, damaged);
            try {
                assertThat(readAll()).as("byte %d", i).isEqualTo(expected);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(path.toString()).hasMessageContaining("datagen again");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(6 * (6 + 16 + 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void flippedValueNamesItsColumn(int column) throws IOException {
        byte[] wanted = SampleDataset.bytes(write(6).get(5)[column]);
        byte[] content = Files.readAllBytes(file);
        int at = lastIndexOf(content, wanted);
        content[at + 1] ^= 16;
        Files.write(file, content);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("path=" + path + " batch=1 column="
                        + COLUMNS.get(column).name() + " crc32c=");
    }

    @Test
    void otherSchemaNamesTheColumn() throws IOException {
        write(6);
        byte[] content = Files.readAllBytes(file);
        byte[] name = "label".getBytes(StandardCharsets.US_ASCII);
        for (int at = lastIndexOf(content, name); at >= 0; at = lastIndexOf(Arrays.copyOf(content, at), name)) {
            if (content[at + 5] == 0) { // the schema's strings end so, the metadata's list of columns does not
                content[at] = 'L';
            }
        }
        Files.write(file, content);
        assertThatThrownBy(this::readAll)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("column=Label")
                .hasMessageContaining("expected column label");
    }

    @Test
    void datasetServesColumnsInOrderAndResumes() throws IOException {
        ByteBuffer[][] rows = SampleDataset.rows(LAYOUT, 21, 2).toArray(ByteBuffer[][]::new);
        Path directory = new Path(folder.resolve("dataset").toUri());
        SampleDataset.write(fileSystem, directory, LAYOUT, rows);
        try (HdfsDataset dataset = HdfsDataset.open(HADOOP, directory, Part.TRAIN)) {
            assertThat(dataset.columns()).isEqualTo(COLUMNS);
            assertThat(dataset.properties()).containsOnly(Map.entry("classes", "7"));
            assertThat(dataset.splits()).extracting(Split::examples).containsExactly(4, 4, 2, 4, 4, 3);
            assertThat(dataset.examples()).isEqualTo(21);
            for (Mode mode : Mode.values()) {
                ReadOrder order = new ReadOrder(3, mode, 0, 1);
                Position position = Position.START;
                Position expected = order.advance(position, 0, dataset.splits());
                for (int read = 0; read < 21; read += 3) {
                    try (ExampleReader reader = dataset.open(order, position);
                            Batch batch = reader.next(3)) {
                        assertThat(batch.column("image").shape()).isEqualTo(Shape.of(3, 2, 3));
                        assertThat(batch.column("label").shape()).isEqualTo(Shape.of(3));
                        for (int i = 0; i < 3; i++) {
                            assertRow(batch, i, rows[rowAt(order, dataset.splits(), expected)]);
                            expected = order.advance(expected, 1, dataset.splits());
                        }
                        position = reader.position();
                    }
                }
            }
        }
    }

    private static int rowAt(ReadOrder order, List<Split> splits, Position at) {
        Split split = splits.get(order.splits(at.epoch(), splits.size())[at.split()]);
        int before = splits.subList(0, split.index()).stream()
                .mapToInt(Split::examples)
                .sum();
        return before + order.examples(at.epoch(), split)[at.example()];
    }

    private static void assertRow(Batch batch, int index, ByteBuffer[] expected) {
        for (int column = 0; column < expected.length; column++) {
            int bytes = LAYOUT.bytes(column);
            assertThat(batch.column(COLUMNS.get(column).name()).buffer().slice(index * bytes, bytes))
                    .isEqualTo(expected[column]);
        }
    }

    @Test
    void damageIsNamedByTheDatasetsReader() throws IOException {
        ByteBuffer[][] rows = SampleDataset.rows(LAYOUT, 8, 2).toArray(ByteBuffer[][]::new);
        Path directory = new Path(folder.resolve("dataset").toUri());
        SampleDataset.write(fileSystem, directory, LAYOUT, rows);
        java.nio.file.Path shard = folder.resolve("dataset/train/part-00001.arrow");
        byte[] content = Files.readAllBytes(shard);
        content[lastIndexOf(content, SampleDataset.bytes(rows[6][1]))] ^= 1;
        Files.write(shard, content);
        try (HdfsDataset dataset = HdfsDataset.open(HADOOP, directory, Part.TRAIN);
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START)) {
            reader.next(4).close();
            Position before = reader.position();
            assertThatThrownBy(() -> reader.next(4))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("part-00001.arrow batch=0 column=ids crc32c=");
            assertThat(reader.position()).isEqualTo(before);
        }
    }

    @Test
    void manifestListsTheColumns() throws IOException {
        ByteBuffer[][] rows = SampleDataset.rows(LAYOUT, 8, 2).toArray(ByteBuffer[][]::new);
        Path directory = new Path(folder.resolve("dataset").toUri());
        SampleDataset.write(fileSystem, directory, LAYOUT, rows);
        DatasetManifest manifest = DatasetManifest.read(fileSystem, directory);
        assertThat(manifest.layout()).isEqualTo(LAYOUT);
        assertThat(ManifestJson.parse(ManifestJson.format(manifest))).isEqualTo(manifest);
        assertThat(Files.readString(folder.resolve("dataset/_dataset.json")))
                .contains("\"version\" : 2", "\"name\" : \"image\"", "\"shape\" : [ 2, 3 ]")
                .doesNotContain("histogram", "separator");
    }

    private List<ByteBuffer[]> write(int count) throws IOException {
        List<ByteBuffer[]> rows = SampleDataset.rows(LAYOUT, count, 1);
        SampleDataset.writeShard(fileSystem, path, LAYOUT, rows);
        return rows;
    }

    private List<List<ByteBuffer>> readAll() throws IOException {
        try (ShardReader reader = ShardReader.open(fileSystem, path)) {
            List<List<ByteBuffer>> batches = new ArrayList<>();
            for (int batch = 0; batch < reader.batches(); batch++) {
                batches.add(reader.read(batch));
            }
            return batches;
        }
    }

    private static int lastIndexOf(byte[] content, byte[] piece) {
        for (int i = content.length - piece.length; i >= 0; i--) {
            if (Arrays.equals(content, i, i + piece.length, piece, 0, piece.length)) {
                return i;
            }
        }
        return -1;
    }
}
