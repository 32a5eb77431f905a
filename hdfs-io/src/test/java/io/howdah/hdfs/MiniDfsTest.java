// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.ReadOrder.Mode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The blob store and the dataset on HDFS itself. */
class MiniDfsTest extends BlobStoreContract {
    private static final AtomicInteger STORES = new AtomicInteger();

    private static MiniDFSCluster cluster;

    @BeforeAll
    static void startCluster(@TempDir File folder) throws IOException {
        cluster = new MiniDFSCluster.Builder(new Configuration(), folder)
                .numDataNodes(1)
                .build();
    }

    @AfterAll
    static void stopCluster() {
        cluster.shutdown(true);
    }

    @Override
    BlobStore store() throws IOException {
        return HdfsBlobStore.at(
                cluster.getConfiguration(0), new Path(cluster.getURI() + "/checkpoints-" + STORES.incrementAndGet()));
    }

    @Test
    void datasetTellsTheHostsOfItsSplits() throws IOException {
        Configuration hadoop = cluster.getConfiguration(0);
        Path directory = new Path(cluster.getURI() + "/dataset");
        byte[][] rows = SampleDataset.write(
                FileSystem.get(cluster.getURI(), hadoop), directory, new ShardLayout(64, 10, 0), List.of(45, 30));
        String host = cluster.getDataNodes().get(0).getDatanodeId().getHostName();
        try (HdfsDataset dataset = HdfsDataset.open(hadoop, directory, Part.TRAIN);
                ExampleReader reader = dataset.open(new ReadOrder(5, Mode.SHUFFLED, 0, 1), Position.START);
                Batch batch = reader.next(rows.length)) {
            assertThat(dataset.splits())
                    .hasSize(8)
                    .allSatisfy(split -> assertThat(split.hosts()).containsExactly(host));
            Histogram histogram = new Histogram();
            byte[] tokens = new byte[rows.length * 64];
            batch.column("tokens").buffer().get(tokens);
            histogram.add(tokens, 0, tokens.length);
            assertThat(histogram).hasToString(dataset.properties().get("histogram"));
        }
    }

    @Test
    void modelFoldersAreReadFromHdfs() throws IOException {
        Configuration hadoop = cluster.getConfiguration(0);
        Path parent = new Path(cluster.getURI() + "/models");
        HdfsBlobStore blobs = HdfsBlobStore.at(hadoop, parent);
        byte[] content = new byte[100_000];
        content[99_999] = 7;
        try (OutputStream out = blobs.create("tiny", "model.safetensors")) {
            out.write(content);
        }
        blobs.commit("tiny");
        HdfsModelFolder model = HdfsModelFolder.at(hadoop, new Path(parent, "tiny"));
        assertThat(model.files()).containsExactly("model.safetensors");
        try (InputStream in = model.open("model.safetensors")) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }
}
