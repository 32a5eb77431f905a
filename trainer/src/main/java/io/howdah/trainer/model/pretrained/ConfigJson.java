// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads an object of config.json and remembers everything that cannot be used, to tell it at once. */
final class ConfigJson {
    private final JsonNode root;
    private final String location;
    private final String prefix;
    private final List<String> problems;

    ConfigJson(JsonNode root, String location) {
        this(root, location, "", new ArrayList<>());
    }

    private ConfigJson(JsonNode root, String location, String prefix, List<String> problems) {
        this.root = root;
        this.location = location;
        this.prefix = prefix;
        this.problems = problems;
    }

    private JsonNode find(String name) {
        JsonNode node = root.path(name);
        return node.isNull() ? MissingNode.getInstance() : node;
    }

    boolean has(String name) {
        return !find(name).isMissingNode();
    }

    /** The object under a name, empty where there is none; what is wrong in it counts as wrong here. */
    ConfigJson object(String name) {
        return new ConfigJson(find(name), location, prefix + name + ".", problems);
    }

    /** A natural number above 0; null as the default makes it one that must be there. */
    long natural(String name, @Nullable Long missing) {
        JsonNode node = find(name);
        if (node.isMissingNode() && missing != null) {
            return missing;
        }
        boolean fits = node.isIntegralNumber() && node.canConvertToLong() && node.asLong() > 0;
        return fits ? node.asLong() : refuse(name, node, "a whole number above 0", 1L);
    }

    double decimal(String name, double missing) {
        JsonNode node = find(name);
        if (node.isMissingNode()) {
            return missing;
        }
        return node.isNumber() ? node.asDouble() : refuse(name, node, "a number", missing);
    }

    String text(String name, String missing) {
        return find(name).asText(missing);
    }

    boolean flag(String name, boolean missing) {
        JsonNode node = find(name);
        if (node.isMissingNode()) {
            return missing;
        }
        return node.isBoolean() ? node.asBoolean() : refuse(name, node, "true or false", missing);
    }

    /** What a name's text stands for. */
    <T> T choice(String name, String missing, Map<String, T> known) {
        String text = text(name, missing);
        T found = known.get(text);
        T any = Objects.requireNonNull(known.values().iterator().next());
        return found != null
                ? found
                : refuse(
                        name,
                        find(name),
                        "one of " + known.keySet().stream().sorted().toList(),
                        any);
    }

    /** Only one value can be used, which is also the one that is meant where there is none. */
    void expect(String name, boolean only) {
        if (flag(name, only) != only) {
            refuse(name, find(name), Boolean.toString(only), only);
        }
    }

    /** Remembers a problem; returns {@code instead}. */
    <T> T refuse(String name, Object found, String expected, T instead) {
        problems.add(
                prefix + name + "=" + (found instanceof MissingNode ? "missing" : found) + ", expected " + expected);
        return instead;
    }

    /** @throws IOException with all problems so far, if there are any */
    void check() throws IOException {
        if (!problems.isEmpty()) {
            throw new IOException("Cannot use model: file=" + location + ": " + String.join("; ", problems)
                    + "; use a model without that");
        }
    }
}
