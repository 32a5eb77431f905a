// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.IOException;
import java.io.InputStream;

/** JSON files of a model's folder. */
final class JsonFiles {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonFiles() {}

    /** The object in a file. */
    static JsonNode read(ModelFolder folder, String file) throws IOException {
        try (InputStream in = folder.open(file)) {
            JsonNode root = JSON.readTree(in.readAllBytes());
            if (!root.isObject()) {
                throw malformed(folder, file, "it holds no object");
            }
            return root;
        } catch (JacksonException e) {
            throw new IOException(
                    malformed(folder, file, "it is no JSON (" + e.getOriginalMessage() + ")")
                            .getMessage(),
                    e);
        }
    }

    private static IOException malformed(ModelFolder folder, String file, String what) {
        return new IOException("Cannot read model: file=" + folder.location() + "/" + file + ", " + what
                + ", expected a JSON object; restore the file");
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static byte[] bytes(ObjectNode object) throws IOException {
        return JSON.writeValueAsBytes(object);
    }
}
