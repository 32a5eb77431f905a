// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.howdah.trainer.data.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint holds and where training goes on; written last, as {@value #BLOB}.
 *
 * @param model name of the model, for instance {@code feedforward-lm}
 * @param step decided steps; the weights are those of this version
 * @param settings the job's {@code howdah.} settings that were not defaults
 * @param properties properties of the training dataset that the model was built for
 * @param appliedSteps steps that moved the weights
 * @param lossScale loss scale of the next step
 * @param positions where each logical worker's reader goes on, in order of logical worker
 * @param blobs every other blob of the checkpoint with its checksum
 * @param track the evaluations so far, or null before the first
 * @param rate what evaluations made of the learning rate; empty, and not written, where they change nothing
 * @param evaluation held-out metrics of these weights, or null where they were not measured
 */
public record Manifest(
        String model,
        long step,
        Map<String, String> settings,
        Map<String, String> properties,
        long appliedSteps,
        float lossScale,
        List<Position> positions,
        List<BlobInfo> blobs,
        @Nullable EvaluationTrack track,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> rate,
        @Nullable Evaluation evaluation) {
    /** Name of the manifest's blob. */
    public static final String BLOB = "manifest.json";

    /** Name of the blob with the whole FP32 weights. */
    public static final String MODEL_BLOB = "model.safetensors";

    /** Version of the format that is written. */
    public static final int FORMAT_VERSION = 2;

    public Manifest {
        settings = Map.copyOf(settings);
        properties = Map.copyOf(properties);
        positions = List.copyOf(positions);
        blobs = List.copyOf(blobs);
        rate = rate == null ? Map.of() : Map.copyOf(rate); // absent from most files
    }

    /** What is known of a blob. */
    public BlobInfo blob(String name) {
        return blobs.stream()
                .filter(blob -> blob.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot find blob: name=" + name + ", expected one of "
                        + blobs.stream().map(BlobInfo::name).toList() + "; use a checkpoint that has it"));
    }
}
