// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ChecksumInputStream;
import io.howdah.trainer.checkpoint.ChecksumOutputStream;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.HeadSettings;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Heads beside a model in Hugging Face's layout, which knows nothing of them: {@code heads.json} tells what they are, and
 * length and checksum of {@code heads.safetensors}, which holds their parameters. See docs/formats.md.
 */
public final class HeadsFile {
    static final String DESCRIPTION = "heads.json";
    static final String WEIGHTS = "heads.safetensors";
    private static final String FORMAT = "howdah.heads";
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 20;

    private HeadsFile() {}

    /** Whether a folder holds heads. */
    public static boolean isIn(ModelFolder folder) throws IOException {
        return folder.files().contains(DESCRIPTION);
    }

    /** Writes heads to a pending set of blobs. */
    static void write(BlobStore blobs, String set, TokenHeads heads, DType dtype) throws IOException {
        BlobInfo weights;
        try (ChecksumOutputStream out =
                new ChecksumOutputStream(new BufferedOutputStream(blobs.create(set, WEIGHTS), BUFFER))) {
            SafetensorsWriter.write(
                    out,
                    Map.of("format", "pt"),
                    heads.parameters().entrySet().stream()
                            .map(entry -> new ConvertedTensor(entry.getKey(), entry.getValue(), dtype).entry())
                            .toList());
            weights = out.info(WEIGHTS);
        }
        try (OutputStream out = blobs.create(set, DESCRIPTION)) {
            out.write(JsonFiles.bytes(JsonFiles.object()
                    .put("format", FORMAT)
                    .put("version", VERSION)
                    .put("kind", heads.settings().kind().text())
                    .put("count", heads.count())
                    .put("scores", heads.settings().scores().text())
                    .put("vocabulary", heads.unembedding(0).size(0))
                    .put("width", heads.unembedding(0).size(1))
                    .put("file", WEIGHTS)
                    .put("bytes", weights.bytes())
                    .put("crc32c", String.format("%08x", weights.crc32c()))));
        }
    }

    /**
     * Reads the heads of a folder, not attached to the network; the caller closes them.
     *
     * @param network the folder's own model
     * @throws IOException if there are none, they are damaged, or do not fit the network
     */
    public static TokenHeads read(ModelFolder folder, LanguageNetwork network) throws IOException {
        JsonNode description = description(folder);
        TokenHeads heads = settings(folder, description).toBeLoaded(network);
        boolean done = false;
        try {
            load(folder, description, heads);
            done = true;
            return heads;
        } finally {
            if (!done) {
                heads.close();
            }
        }
    }

    /**
     * Loads the heads of a folder into heads of the same kind, if it has such; otherwise these begin anew from their
     * trunk.
     *
     * @return whether they were loaded
     */
    public static boolean loadInto(ModelFolder folder, TokenHeads heads) throws IOException {
        Optional<JsonNode> description = isIn(folder) ? Optional.of(description(folder)) : Optional.empty();
        if (description.isPresent() && settings(folder, description.get()).equals(heads.settings())) {
            load(folder, description.get(), heads);
            return true;
        }
        heads.copyFromTrunk();
        return false;
    }

    private static JsonNode description(ModelFolder folder) throws IOException {
        if (!isIn(folder)) {
            throw new IOException("Cannot read heads: folder=" + folder.location() + " holds " + folder.files()
                    + ", expected " + DESCRIPTION + "; export a model that was trained with heads");
        }
        JsonNode json = JsonFiles.read(folder, DESCRIPTION);
        if (!json.path("format").asText().equals(FORMAT) || json.path("version").asInt() != VERSION) {
            throw new IOException("Cannot read heads: file=" + folder.location() + "/" + DESCRIPTION + " format="
                    + json.path("format").asText() + " version="
                    + json.path("version").asInt() + ", expected format="
                    + FORMAT + " version=" + VERSION + "; use a version of Howdah that knows this format");
        }
        return json;
    }

    private static HeadSettings settings(ModelFolder folder, JsonNode json) throws IOException {
        try {
            Head scores = Head.valueOf(json.path("scores").asText().toUpperCase(Locale.ROOT));
            return new HeadSettings(
                    HeadKind.named(json.path("kind").asText()),
                    json.path("count").asInt(),
                    scores);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "Cannot read heads: file=" + folder.location() + "/" + DESCRIPTION + ", expected what this version"
                            + " writes (" + e.getMessage() + "); restore the file",
                    e);
        }
    }

    private static void load(ModelFolder folder, JsonNode json, TokenHeads heads) throws IOException {
        long vocabulary = json.path("vocabulary").asLong();
        long width = json.path("width").asLong();
        Tensor scores = heads.unembedding(0);
        if (vocabulary != scores.size(0) || width != scores.size(1)) {
            throw new IOException("Cannot read heads: folder=" + folder.location() + " vocabulary=" + vocabulary
                    + " width=" + width + ", expected the model's " + scores.size(0) + " and " + scores.size(1)
                    + "; use heads that were trained with this model");
        }
        String location = folder.location() + "/" + WEIGHTS;
        Map<String, Tensor> tensors = Map.of();
        try (ChecksumInputStream in = new ChecksumInputStream(
                new BufferedInputStream(folder.open(WEIGHTS), BUFFER), info(folder, json), location)) {
            tensors = new SafetensorsReader(in, location).remainingTensors();
            in.drain();
            heads.loadStateDict(tensors);
        } catch (IllegalArgumentException e) {
            throw new IOException("Cannot read heads: file=" + location + ", " + e.getMessage(), e);
        } finally {
            List.copyOf(tensors.values()).forEach(Tensor::close);
        }
    }

    private static BlobInfo info(ModelFolder folder, JsonNode json) throws IOException {
        try {
            int crc32c = Integer.parseUnsignedInt(json.path("crc32c").asText(), 16);
            return new BlobInfo(WEIGHTS, json.path("bytes").asLong(), crc32c);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "Cannot read heads: file=" + folder.location() + "/" + DESCRIPTION + " crc32c="
                            + json.path("crc32c").asText() + ", expected eight hexadecimal digits; restore the file",
                    e);
        }
    }
}
