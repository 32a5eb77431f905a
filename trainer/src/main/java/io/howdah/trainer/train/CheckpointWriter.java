// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumOutputStream;
import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ManifestJson;
import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.kernel.Backends;
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

    /**
     * What a checkpoint holds beside the weights.
     *
     * @param step decided steps
     * @param appliedSteps steps that moved the weights
     * @param lossScale loss scale of the next step
     * @param positions position of each logical worker
     * @param track the evaluations so far, or null before the first
     * @param rate what evaluations made of the learning rate, or empty
     * @param evaluation held-out metrics of the weights where they were measured
     */
    record Contents(
            long step,
            long appliedSteps,
            float lossScale,
            List<Position> positions,
            @Nullable EvaluationTrack track,
            Map<String, String> rate,
            @Nullable Evaluation evaluation) {}

    /**
     * @param settings the job's {@code howdah.} settings, for the manifest
     * @param properties properties of the training dataset, for the manifest
     */
    public CheckpointWriter(
            BlobStore blobs, ParameterStore store, Map<String, String> settings, Map<String, String> properties) {
        this.blobs = blobs;
        this.store = store;
        this.settings = settings;
        this.properties = properties;
    }

    /** Name of the set of a step. */
    public static String setName(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /** Whether the checkpoint of {@code step} is committed, because training went on from it. */
    boolean has(long step) throws IOException {
        return blobs.committed().contains(setName(step));
    }

    /** Deletes what {@code settings} do not keep. */
    void retain(CheckpointSettings settings, @Nullable EvaluationTrack track) throws IOException {
        Retention.apply(blobs, settings, track);
    }

    /**
     * Writes and commits a checkpoint, whose FP32 weights are in {@code model}.
     *
     * @return the name of the set
     * @throws IllegalStateException if a weight is infinite or NaN; nothing is committed then
     */
    String write(TrainableModel model, Contents contents) throws IOException, InterruptedException {
        String set = setName(contents.step());
        checkFinite(model, contents.step());
        boolean committed = false;
        blobs.abandon(set);
        try {
            List<BlobInfo> written = new ArrayList<>(StoreFutures.await(store.snapshot(contents.step(), set)));
            written.add(writeModel(model, contents.step(), set));
            Manifest manifest = new Manifest(
                    model.name(),
                    contents.step(),
                    settings,
                    properties,
                    contents.appliedSteps(),
                    contents.lossScale(),
                    contents.positions(),
                    written,
                    contents.track(),
                    contents.rate(),
                    contents.evaluation());
            try (OutputStream out = blobs.create(set, Manifest.BLOB)) {
                ManifestJson.write(out, manifest);
            }
            blobs.commit(set);
            committed = true;
            return set;
        } finally {
            if (!committed) {
                blobs.abandon(set);
            }
        }
    }

    private static void checkFinite(TrainableModel model, long step) {
        model.module().stateDict().forEach((name, tensor) -> {
            if (tensor.dtype().isFloating() && !Backends.current().isFinite(tensor)) {
                throw new IllegalStateException("Cannot write checkpoint: step=" + step + " tensor=" + name
                        + " holds an infinity or NaN, expected numbers; go on from an earlier checkpoint with a lower"
                        + " learning rate");
            }
        });
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
