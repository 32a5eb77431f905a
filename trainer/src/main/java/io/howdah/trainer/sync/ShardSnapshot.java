// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumInputStream;
import io.howdah.trainer.checkpoint.ChecksumOutputStream;
import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsTensor;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads a shard's masters and optimiser state as one safetensors blob. Tensors are named {@code
 * weights.<first flat element>} and {@code <state name>.<first flat element>}, so that any number of servers can read
 * what any other number wrote. State that belongs to a whole parameter bears the parameter's first element. Rows of sparse tables follow, with their ids.
 */
public final class ShardSnapshot {
    private static final String PREFIX = "howdah.";
    private static final String VERSION = "howdah.version";
    private static final String APPLIED_STEPS = "howdah.applied.steps";
    private static final String ELEMENTS = "howdah.elements";
    private static final String LOSS_SCALE = "howdah.loss.scale";
    private static final String BY_SLICES = "howdah.by.slices";
    private static final String FINITE_STEPS = "howdah.loss.scale.finite.steps";

    private ShardSnapshot() {}

    /** Name of the blob of server {@code server} of {@code servers}. */
    public static String blobName(int server, int servers) {
        return String.format(Locale.ROOT, "server-%05d-of-%05d.safetensors", server, servers);
    }

    /**
     * Writes {@code shard} as blob {@code name} of the pending set {@code set}. Nothing may change the shard's weights
     * meanwhile; sums may go on.
     *
     * @param scaler the coordinator's state, in the blob of the first server; null elsewhere
     */
    public static BlobInfo write(
            ParameterShard shard, @Nullable LossScaler scaler, BlobStore store, String set, String name)
            throws IOException {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put(VERSION, Long.toString(shard.version()));
        metadata.put(APPLIED_STEPS, Long.toString(shard.appliedSteps()));
        if (shard.isBySlices()) {
            metadata.put(BY_SLICES, "true");
        }
        metadata.put(ELEMENTS, Long.toString(shard.tableElements()));
        shard.course().state().forEach((key, text) -> metadata.put(PREFIX + key, text));
        if (scaler != null) {
            metadata.put(LOSS_SCALE, Float.toHexString(scaler.scale()));
            metadata.put(FINITE_STEPS, Long.toString(scaler.finiteSteps()));
        }
        List<SafetensorsEntry> entries = new ArrayList<>();
        for (ShardArray array : shard.arrays()) {
            entries.add(SafetensorsEntry.of(array.name() + "." + array.first(), array.elements()));
        }
        TableSnapshot.describe(shard.tables(), metadata, entries);
        try (ChecksumOutputStream out =
                new ChecksumOutputStream(new BufferedOutputStream(store.create(set, name), 1 << 16))) {
            SafetensorsWriter.write(out, metadata, entries);
            out.flush();
            return out.info(name);
        }
    }

    /**
     * Loads what {@code source} holds of the range of {@code shard}, which then goes on at the snapshot's version.
     *
     * @param scaler loss scale to use where the snapshot has none
     * @return the loss scale of the next step
     * @throws IOException if a blob is damaged, or the snapshot is of another model or optimiser
     */
    public static LossScaler restore(ParameterShard shard, LossScaler scaler, BlobStore store, SnapshotSource source)
            throws IOException {
        LossScaler restored = scaler;
        List<ShardArray> arrays = shard.arrays();
        TableRestore tables = TableRestore.of(shard.tables());
        long missing =
                arrays.stream().mapToLong(array -> array.elements().length).sum();
        for (BlobInfo blob : source.blobs()) {
            String location = store.location(source.set());
            try (ChecksumInputStream in = new ChecksumInputStream(
                    new BufferedInputStream(store.open(source.set(), blob.name()), 1 << 16), blob, location)) {
                SafetensorsReader reader = new SafetensorsReader(in, location + "/" + blob.name());
                Map<String, String> metadata = reader.metadata();
                if (number(metadata, ELEMENTS) != shard.tableElements()) {
                    throw mismatch(source, "elements=" + metadata.get(ELEMENTS), "" + shard.tableElements());
                }
                if (metadata.containsKey(BY_SLICES) != shard.isBySlices()) {
                    String unit = metadata.containsKey(BY_SLICES) ? "slices" : "whole steps";
                    throw mismatch(source, "updates by " + unit, "the other kind of " + SyncKeys.MODE.name());
                }
                for (SafetensorsTensor tensor : reader.tensors()) {
                    if (TableRestore.takes(tensor.name())) {
                        tables.read(tensor, reader);
                    } else {
                        missing -= copy(arrays, tensor.name(), reader.nextFloats());
                    }
                }
                in.drain();
                tables.endBlob(metadata);
                shard.course().restore(withoutPrefix(metadata));
                shard.resume(number(metadata, VERSION), number(metadata, APPLIED_STEPS));
                if (metadata.containsKey(LOSS_SCALE) && scaler.dynamic()) {
                    restored = new LossScaler(
                            Float.parseFloat(metadata.get(LOSS_SCALE)), number(metadata, FINITE_STEPS), true);
                }
            }
        }
        if (missing != 0) {
            throw mismatch(
                    source,
                    "missingElements=" + missing,
                    "all of " + arrays.stream().map(ShardArray::name).distinct().toList());
        }
        return restored;
    }

    private static Map<String, String> withoutPrefix(Map<String, String> metadata) {
        Map<String, String> texts = new TreeMap<>();
        metadata.forEach((key, text) -> texts.put(key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key, text));
        return texts;
    }

    /** Copies what a stored tensor has of {@code arrays}; returns how many elements those were. */
    private static long copy(List<ShardArray> arrays, String tensor, float[] elements) {
        int dot = Math.max(0, tensor.lastIndexOf('.'));
        ShardArray stored =
                new ShardArray(tensor.substring(0, dot), Long.parseLong(tensor.substring(dot + 1)), elements);
        return arrays.stream().mapToLong(array -> array.copyFrom(stored)).sum();
    }

    private static long number(Map<String, String> metadata, String key) throws IOException {
        String text = metadata.get(key);
        if (text == null) {
            throw new IOException("Cannot restore snapshot: metadata lacks " + key
                    + ", expected a blob that a parameter server wrote; use another checkpoint");
        }
        return Long.parseLong(text);
    }

    private static IOException mismatch(SnapshotSource source, String found, String expected) {
        return new IOException("Cannot restore snapshot: set=" + source.set() + " " + found + ", expected " + expected
                + "; restore with the model and the optimiser that wrote it");
    }
}
