// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    @TempDir
    java.nio.file.Path folder;

    private HdfsModelFolder at(String name) throws IOException {
        return HdfsModelFolder.at(new Configuration(), new Path("file:" + folder.resolve(name)));
    }

    @Test
    void readsFilesOfAnyNameAndOfStaleChecksums() throws IOException {
        Files.createDirectories(folder.resolve("model+1/onnx"));
        Files.writeString(folder.resolve("model+1/config.json"), "{}");
        Files.writeString(folder.resolve("model+1/.config.json.crc"), "stale");
        Files.writeString(folder.resolve("model+1/a b.txt"), "text");
        HdfsModelFolder model = at("model+1");
        assertThat(model.location()).endsWith("/model+1");
        assertThat(model.files()).contains("a b.txt", "config.json").isSorted().doesNotContain("onnx");
        try (InputStream in = model.open("config.json")) {
            assertThat(in.readAllBytes()).asString().isEqualTo("{}");
        }
    }

    @Test
    void readsWhatABlobStoreHasCommitted() throws IOException {
        HdfsBlobStore blobs = HdfsBlobStore.at(new Configuration(), new Path(folder.toUri()));
        try (OutputStream out = blobs.create("exported", "config.json")) {
            out.write('1');
        }
        blobs.commit("exported");
        assertThat(at("exported").files()).containsExactly("config.json");
    }

    @Test
    void tellsWhatIsMissing() throws IOException {
        HdfsModelFolder missing = at("missing");
        assertThatThrownBy(missing::files)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing is missing, expected a folder with config.json");
        Files.createDirectories(folder.resolve("empty"));
        HdfsModelFolder empty = at("empty");
        assertThatThrownBy(() -> empty.open("config.json"))
                .hasMessageContaining("has no config.json, expected one of []");
    }
}
