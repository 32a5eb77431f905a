// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Manifests as JSON; doubles are written with all their digits, so that reading gives the same bits. */
public final class ManifestJson {
    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new SimpleModule()
                    .addSerializer(new BlobInfoWriter())
                    .addDeserializer(BlobInfo.class, new BlobInfoReader()))
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private static final String VERSION = "formatVersion";

    private ManifestJson() {}

    /** Writes a manifest; leaves the stream open. */
    public static void write(OutputStream out, Manifest manifest) throws IOException {
        ObjectNode root = JSON.createObjectNode().put(VERSION, Manifest.FORMAT_VERSION);
        root.setAll(JSON.<ObjectNode>valueToTree(manifest));
        out.write(JSON.writeValueAsBytes(root));
    }

    /**
     * Reads a manifest.
     *
     * @param location where it lies, for messages
     */
    public static Manifest read(InputStream in, String location) throws IOException {
        try {
            JsonNode root = JSON.readTree(in.readAllBytes());
            int version = root.path(VERSION).asInt();
            if (root instanceof ObjectNode fields) {
                fields.remove(VERSION);
            }
            if (version == 1 && root instanceof ObjectNode old) {
                upgrade(old);
            } else if (version != Manifest.FORMAT_VERSION) {
                throw new IOException(
                        "Cannot read manifest: location=" + location + " formatVersion=" + version + ", expected 1 to "
                                + Manifest.FORMAT_VERSION + "; use a version of Howdah that knows this format");
            }
            return JSON.treeToValue(root, Manifest.class);
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            throw new IOException(
                    "Cannot read manifest: location=" + location + ", expected a manifest as this version writes it ("
                            + e.getMessage() + "); use another checkpoint",
                    e);
        }
    }

    /**
     * What version 1 calls otherwise or lacks. It did not say how many steps were applied: all, unless float16 gradients
     * overflowed; the number only matters to what is logged.
     */
    private static void upgrade(ObjectNode root) {
        root.set("appliedSteps", root.get("step"));
        if (root.get("evaluation") instanceof ObjectNode old) {
            ObjectNode evaluation = root.putObject("evaluation");
            double nats = old.required("heldOutNatsPerToken").asDouble();
            evaluation
                    .putObject("metrics")
                    .put("loss", nats)
                    .put("perplexity", StrictMath.exp(nats))
                    .put("bitsPerByte", nats / Math.log(2))
                    .put("unigramLoss", old.required("unigramNatsPerToken").asDouble());
            evaluation.put("samples", old.required("tokens").asLong());
        }
    }

    /** The checksum as eight hexadecimal digits. */
    private static final class BlobInfoWriter extends StdSerializer<BlobInfo> {
        private static final long serialVersionUID = 1L;

        BlobInfoWriter() {
            super(BlobInfo.class);
        }

        @Override
        public void serialize(BlobInfo blob, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeStartObject();
            out.writeStringField("name", blob.name());
            out.writeNumberField("bytes", blob.bytes());
            out.writeStringField("crc32c", String.format("%08x", blob.crc32c()));
            out.writeEndObject();
        }
    }

    private static final class BlobInfoReader extends StdDeserializer<BlobInfo> {
        private static final long serialVersionUID = 1L;

        BlobInfoReader() {
            super(BlobInfo.class);
        }

        @Override
        public BlobInfo deserialize(JsonParser in, DeserializationContext context) throws IOException {
            JsonNode node = in.readValueAsTree();
            try {
                int crc32c = Integer.parseUnsignedInt(node.path("crc32c").asText(), 16);
                return new BlobInfo(
                        node.path("name").asText(), node.path("bytes").asLong(), crc32c);
            } catch (NumberFormatException e) {
                return context.reportInputMismatch(BlobInfo.class, "crc32c is no hexadecimal number");
            }
        }
    }
}
