// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import com.fasterxml.jackson.databind.JsonNode;

/** Format and version of JSON objects. */
final class Formats {
    private Formats() {}

    /** @throws IllegalArgumentException if an object is of another format or version */
    static void check(JsonNode json, String format, int version) {
        String found = json.path("format").asText();
        int number = json.path("version").asInt();
        if (!found.equals(format) || number != version) {
            throw new IllegalArgumentException("Cannot read JSON: format=" + found + " version=" + number
                    + ", expected format=" + format + " version=" + version + "; use a file that this version wrote");
        }
    }
}
