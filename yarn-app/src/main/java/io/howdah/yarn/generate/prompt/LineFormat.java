// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a line of a file of prompts says. */
enum LineFormat {
    /** An object with the text {@code prompt} and, if wanted, {@code id}, {@code max_tokens} and {@code seed}. */
    JSONL {
        @Override
        Prompt parse(String line, String place) throws MalformedPromptException {
            JsonNode object;
            try {
                object = MAPPER.readTree(line);
            } catch (JsonProcessingException e) {
                throw new MalformedPromptException(place, "error=" + e.getOriginalMessage());
            }
            JsonNode text = object.path("prompt");
            if (!text.isTextual()) {
                throw new MalformedPromptException(place, "prompt=" + text);
            }
            Long maximum = number(object, "max_tokens", place);
            if (maximum != null && (maximum < 1 || maximum > MOST_TOKENS)) {
                throw new MalformedPromptException(place, "max_tokens=" + maximum);
            }
            Long seed = number(object, "seed", place);
            return new Prompt(
                    id(object, place),
                    place,
                    new Prompt.Text(text.textValue()),
                    maximum == null ? OptionalInt.empty() : OptionalInt.of(maximum.intValue()),
                    seed == null ? OptionalLong.empty() : OptionalLong.of(seed));
        }
    },
    /** The prompt itself. */
    TEXT {
        @Override
        Prompt parse(String line, String place) {
            return new Prompt(place, place, new Prompt.Text(line), OptionalInt.empty(), OptionalLong.empty());
        }
    };

    private static final long MOST_TOKENS = 1 << 20;
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads a line that is not blank.
     *
     * @param place its id, where it names none
     */
    abstract Prompt parse(String line, String place) throws MalformedPromptException;

    private static String id(JsonNode object, String place) throws MalformedPromptException {
        JsonNode id = object.path("id");
        if (id.isMissingNode()) {
            return place;
        }
        if (!id.isTextual() && !id.isIntegralNumber()) {
            throw new MalformedPromptException(place, "id=" + id);
        }
        return id.asText();
    }

    private static @Nullable Long number(JsonNode object, String name, String place) throws MalformedPromptException {
        JsonNode number = object.path(name);
        if (number.isMissingNode()) {
            return null;
        }
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
            throw new MalformedPromptException(place, name + "=" + number);
        }
        return number.longValue();
    }
}
