// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A store without any set, for processes that train without checkpoints. */
final class NoCheckpoints implements BlobStore {
    @Override
    public OutputStream create(String set, String blob) throws IOException {
        throw refusal(set);
    }

    @Override
    public void commit(String set) throws IOException {
        throw refusal(set);
    }

    @Override
    public void abandon(String set) {
        // There is none.
    }

    @Override
    public List<String> committed() {
        return List.of();
    }

    @Override
    public InputStream open(String set, String blob) throws IOException {
        throw refusal(set);
    }

    @Override
    public void delete(String set) throws IOException {
        throw refusal(set);
    }

    @Override
    public String location(String set) {
        return "nowhere";
    }

    private static IOException refusal(String set) {
        return new IOException(
                "Cannot use checkpoints: set=" + set + ", expected none; a benchmark trains without checkpoints");
    }
}
