// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumOutputStream;
import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ManifestJson;
import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.sync.ParameterStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes checkpoint sets: the servers' snapshots, the whole model, the manifest last, committed by one rename. */
public final class CheckpointWriter {
    private final BlobStore blobs;
    private final ParameterStore store;
    private final Map<String, String> settings;
    private final Map<String, String> properties;
    private final @Nullable HeldOut heldOut;

    /** Whether training ends with this checkpoint. */
    public enum Kind {
        INTERMEDIATE,
        /** The weights are evaluated before the checkpoint is committed. */
        FINAL
    }

    /** Measures the final weights. */
    @FunctionalInterface
    public interface HeldOut {
        Evaluation evaluate(TrainableModel model) throws IOException;
    }

    /**
     * A committed checkpoint.
     *
     * @param set name of the set
     * @param evaluation held-out loss where it was measured
     */
    public record Written(String set, @Nullable Evaluation evaluation) {}

    /**
     * @param settings the job's {@code howdah.} settings, for the manifest
     * @param properties properties of the training dataset, for the manifest
     * @param heldOut measures the final weights; null for no evaluation
     */
    public CheckpointWriter(
            BlobStore blobs,
            ParameterStore store,
            Map<String, String> settings,
            Map<String, String> properties,
            @Nullable HeldOut heldOut) {
        this.blobs = blobs;
        this.store = store;
        this.settings = settings;
        this.properties = properties;
        this.heldOut = heldOut;
    }

    /** Name of the set of a step. */
    public static String setName(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /**
     * Writes the checkpoint of {@code step}, whose FP32 weights are in {@code model}. One that is committed already, because
     * training goes on from it, stays as it is.
     */
    Written write(TrainableModel model, long step, float lossScale, List<Position> positions, Kind kind)
            throws IOException, InterruptedException {
        String set = setName(step);
        if (blobs.committed().contains(set)) {
            return new Written(set, evaluation(model, kind));
        }
        boolean committed = false;
        blobs.abandon(set);
        try {
            List<BlobInfo> written = new ArrayList<>(StoreFutures.await(store.snapshot(step, set)));
            written.add(writeModel(model, step, set));
            Evaluation evaluation = evaluation(model, kind);
            Manifest manifest = new Manifest(
                    Manifest.FORMAT_VERSION,
                    model.name(),
                    step,
                    settings,
                    properties,
                    lossScale,
                    positions,
                    written,
                    evaluation);
            try (OutputStream out = blobs.create(set, Manifest.BLOB)) {
                ManifestJson.write(out, manifest);
            }
            blobs.commit(set);
            committed = true;
            return new Written(set, evaluation);
        } finally {
            if (!committed) {
                blobs.abandon(set);
            }
        }
    }

    private @Nullable Evaluation evaluation(TrainableModel model, Kind kind) throws IOException {
        return kind == Kind.FINAL && heldOut != null ? heldOut.evaluate(model) : null;
    }

    private BlobInfo writeModel(TrainableModel model, long step, String set) throws IOException {
        List<SafetensorsEntry> entries = new ArrayList<>();
        model.module().stateDict().forEach((name, tensor) -> entries.add(SafetensorsEntry.of(name, tensor)));
        try (ChecksumOutputStream out =
                new ChecksumOutputStream(new BufferedOutputStream(blobs.create(set, Manifest.MODEL_BLOB), 1 << 16))) {
            SafetensorsWriter.write(
                    out, Map.of("howdah.model", model.name(), "howdah.step", Long.toString(step)), entries);
            return out.info(Manifest.MODEL_BLOB);
        }
    }
}
