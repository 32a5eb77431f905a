// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalBlobStoreTest extends BlobStoreContract {
    @TempDir
    java.nio.file.Path folder;

    @Override
    BlobStore store() throws IOException {
        return HdfsBlobStore.at(
                new Configuration(), new Path(folder.resolve("checkpoints").toUri()));
    }
}
