// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetManifestTest {
    private static final ShardLayout LAYOUT = new ShardLayout(8, 4, 0);

    @TempDir
    java.nio.file.Path folder;

    private FileSystem fileSystem;
    private Path directory;
    private java.nio.file.Path file;

    @BeforeEach
    void writeDataset() throws IOException {
        fileSystem = FileSystem.getLocal(new Configuration()).getRawFileSystem();
        directory = new Path(folder.resolve("dataset").toUri());
        file = folder.resolve("dataset").resolve(DatasetManifest.FILE);
        SampleDataset.write(fileSystem, directory, LAYOUT, List.of(9, 4));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        DatasetManifest manifest = DatasetManifest.read(fileSystem, directory);
        assertThat(manifest.layout()).isEqualTo(LAYOUT);
        assertThat(manifest.part(Part.TRAIN).rows()).isEqualTo(13);
        assertThat(manifest.part(Part.TRAIN).shards())
                .extracting(ShardEntry::rows)
                .containsExactly(9L, 4L);
        assertThat(manifest.part(Part.HELDOUT).shards()).isEmpty();
        assertThat(ManifestJson.parse(ManifestJson.format(manifest))).isEqualTo(manifest);
        assertThat(file.getParent().toFile().list()).containsExactlyInAnyOrder("_dataset.json", "train");
    }

    @Test
    void isNotWrittenTwice() throws IOException {
        DatasetManifest manifest = DatasetManifest.read(fileSystem, directory);
        assertThatThrownBy(() -> manifest.write(fileSystem, directory)).hasMessageContaining("exists");
    }

    @Test
    void missingDirectoryIsNamed() {
        Path missing = new Path(directory, "absent");
        assertThatThrownBy(() -> DatasetManifest.read(fileSystem, missing))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "Cannot read dataset: path=" + missing
                                + " the directory is missing, expected one that preprocess or datagen wrote; run preprocess or datagen again");
    }

    @Test
    void missingManifestIsNamed() throws IOException {
        Files.delete(file);
        assertThatThrownBy(() -> DatasetManifest.read(fileSystem, directory))
                .hasMessage("Cannot read dataset: path=" + directory
                        + " _dataset.json is missing, expected a complete dataset; run preprocess or datagen again");
    }

    @Test
    void otherVersionIsNamed() throws IOException {
        Files.writeString(file, Files.readString(file).replace("\"version\" : 1", "\"version\" : 3"));
        assertThatThrownBy(() -> DatasetManifest.read(fileSystem, directory))
                .hasMessageContaining("_dataset.json error=version is 3 instead of 1 or 2");
    }

    @Test
    void truncatedManifestIsRefusedInOneLine() throws IOException {
        byte[] content = Files.readAllBytes(file);
        for (int length = 0; length < content.length - 2; length++) {
            Files.write(file, Arrays.copyOf(content, length));
            assertThatThrownBy(() -> DatasetManifest.read(fileSystem, directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Cannot read dataset: path=" + directory)
                    .hasMessageNotContainingAny("\n")
                    .hasMessageEndingWith("run preprocess or datagen again");
        }
    }

    @Test
    void shardsOutsideTheDatasetAreRefused() throws IOException {
        Files.writeString(file, Files.readString(file).replace("train/part-00001", "train/../../part-00001"));
        assertThatThrownBy(() -> DatasetManifest.read(fileSystem, directory))
                .hasMessageContaining("is outside the dataset");
    }

    @Test
    void lengthsAreVerifiedWithoutOpeningShards() throws IOException {
        DatasetManifest manifest = DatasetManifest.read(fileSystem, directory);
        assertThatCode(() -> manifest.verifyLengths(fileSystem, directory)).doesNotThrowAnyException();

        java.nio.file.Path shard = file.resolveSibling("train").resolve("part-00001.arrow");
        byte[] content = Files.readAllBytes(shard);
        Files.write(shard, Arrays.copyOf(content, content.length - 1));
        assertThatThrownBy(() -> manifest.verifyLengths(fileSystem, directory))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "Cannot read shard: path=%s/train/part-00001.arrow bytes=%d, expected %d bytes; run preprocess"
                                + " or datagen again",
                        directory, content.length - 1, content.length);

        Files.delete(shard);
        assertThatThrownBy(() -> manifest.verifyLengths(fileSystem, directory))
                .hasMessageContaining("part-00001.arrow is missing, expected " + content.length + " bytes");
    }
}
