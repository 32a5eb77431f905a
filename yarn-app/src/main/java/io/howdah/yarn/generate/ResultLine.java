// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.howdah.trainer.decode.GenerationResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A prompt and its texts as one line of JSON:
 * {@code {"id":…,"prompt":…,"samples":[{"text":…,"tokens":[…],"finish":…,"logprobs":[…]}]}}. Bytes that are not UTF-8
 * become U+FFFD in texts; the tokens tell them exactly. The same prompt and texts give the same bytes.
 */
final class ResultLine {
    private static final JsonFactory FACTORY = new JsonFactory();

    private ResultLine() {}

    /** The line without its end. */
    static byte[] of(WrittenPrompt written) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", written.prompt().id());
            json.writeStringField("prompt", text(written.promptBytes()));
            json.writeArrayFieldStart("samples");
            for (GenerationResult result : written.texts()) {
                sample(json, result);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot write JSON to memory: " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    private static void sample(JsonGenerator json, GenerationResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("text", text(result.bytes()));
        json.writeFieldName("tokens");
        json.writeArray(result.tokens(), 0, result.tokens().length);
        json.writeStringField("finish", result.reason().text());
        if (result.logprobs().length > 0) {
            json.writeFieldName("logprobs");
            json.writeArray(result.logprobs(), 0, result.logprobs().length);
        }
        json.writeEndObject();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
