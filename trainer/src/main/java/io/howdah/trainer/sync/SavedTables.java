// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumInputStream;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsTensor;
import io.howdah.trainer.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;

/** The weights of a snapshot's sparse tables, without the optimiser's state, for models that are only asked. */
public final class SavedTables implements RowSource {
    private final List<TableRows> tables;

    private SavedTables(List<TableRows> tables) {
        this.tables = tables;
    }

    /** Tables without any row: everything reads as its first values. */
    public static SavedTables empty(List<TableSpec> specs) {
        return new SavedTables(
                specs.stream().map(spec -> new TableRows(spec, List.of())).toList());
    }

    /**
     * Reads the rows of {@code specs} from a committed snapshot.
     *
     * @throws IOException if a blob is damaged, or the snapshot is of other tables
     */
    public static SavedTables read(List<TableSpec> specs, BlobStore store, SnapshotSource source) throws IOException {
        SavedTables saved = empty(specs);
        TableRestore restore = TableRestore.ofWeights(saved.tables, id -> true);
        for (BlobInfo blob : source.blobs()) {
            String location = store.location(source.set());
            try (ChecksumInputStream in = new ChecksumInputStream(
                    new BufferedInputStream(store.open(source.set(), blob.name()), 1 << 16), blob, location)) {
                SafetensorsReader reader = new SafetensorsReader(in, location + "/" + blob.name());
                for (SafetensorsTensor tensor : reader.tensors()) {
                    if (TableRestore.takes(tensor.name())) {
                        restore.read(tensor, reader);
                    } else {
                        reader.nextFloats();
                    }
                }
                in.drain();
                restore.endBlob(reader.metadata());
            }
        }
        return saved;
    }

    @Override
    public void read(int table, long[] ids, Tensor into) {
        TableRows rows = tables.get(table);
        int width = rows.spec().width();
        float[] row = new float[width];
        FloatBuffer elements = into.buffer().asFloatBuffer();
        for (long id : ids) {
            rows.read(id, row, 0);
            elements.put(row);
        }
    }
}
