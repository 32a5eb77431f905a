// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumInputStream;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ManifestJson;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.model.RemoteTables;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.sync.SavedTables;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads committed checkpoint sets. */
public final class CheckpointReader {
    private static final String SERVER_BLOBS = "server-";

    private final BlobStore blobs;

    public CheckpointReader(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** Name of the newest committed checkpoint, or null where there is none. */
    public @Nullable String newest() throws IOException {
        List<String> sets = ofSteps(blobs.committed());
        return sets.isEmpty() ? null : sets.get(sets.size() - 1);
    }

    /** Those of {@code sets} that {@link CheckpointWriter#setName} names, oldest first. */
    static List<String> ofSteps(List<String> sets) {
        return sets.stream()
                .filter(set -> set.matches("step-\\d{8,18}"))
                .sorted(Comparator.comparingLong(set -> Long.parseLong(set.substring(set.indexOf('-') + 1))))
                .toList();
    }

    /** The manifest of a committed set. */
    public Manifest manifest(String set) throws IOException {
        try (InputStream in = blobs.open(set, Manifest.BLOB)) {
            return ManifestJson.read(in, blobs.location(set));
        }
    }

    /** The servers' snapshots of a set, for a parameter store that goes on from them. */
    public SnapshotSource snapshot(String set, Manifest manifest) {
        return new SnapshotSource(
                set,
                manifest.blobs().stream()
                        .filter(blob -> blob.name().startsWith(SERVER_BLOBS))
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList());
    }

    /** Lets {@code model} read the rows of its remote tables, if it has any, from a set; they are held in memory. */
    public void loadTables(String set, Manifest manifest, TrainableModel model) throws IOException {
        RemoteTables tables = model.remoteTables();
        if (!tables.isEmpty()) {
            tables.readFrom(SavedTables.read(tables.specs(), blobs, snapshot(set, manifest)));
        }
    }

    /** Copies the FP32 weights of a set into {@code model}, once their checksum is right. */
    public void loadModel(String set, Manifest manifest, TrainableModel model) throws IOException {
        try (InputStream in = blobs.open(set, Manifest.MODEL_BLOB)) {
            load(in, blobs.location(set), manifest, model);
        }
    }

    /** The manifest of a checkpoint whose blobs are the files of a folder, such as a copy of one. */
    public static Manifest manifest(ModelFolder folder) throws IOException {
        try (InputStream in = folder.open(Manifest.BLOB)) {
            return ManifestJson.read(in, folder.location());
        }
    }

    /** Copies the FP32 weights of a checkpoint whose blobs are the files of a folder, once their checksum is right. */
    public static void loadModel(ModelFolder folder, Manifest manifest, TrainableModel model) throws IOException {
        try (InputStream in = folder.open(Manifest.MODEL_BLOB)) {
            load(in, folder.location(), manifest, model);
        }
    }

    private static void load(InputStream blob, String location, Manifest manifest, TrainableModel model)
            throws IOException {
        Map<String, Tensor> tensors = Map.of();
        try (ChecksumInputStream in = new ChecksumInputStream(
                new BufferedInputStream(blob, 1 << 16), manifest.blob(Manifest.MODEL_BLOB), location)) {
            tensors = new SafetensorsReader(in, location + "/" + Manifest.MODEL_BLOB).remainingTensors();
            in.drain();
            model.loadState(tensors);
        } finally {
            List.copyOf(tensors.values()).forEach(Tensor::close);
        }
    }
}
