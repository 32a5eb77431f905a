// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checked, immutable values of the {@code howdah.} keys. */
public final class Config {
    /** Keys with this prefix must be declared; all others are somebody else's and ignored. */
    public static final String PREFIX = "howdah.";

    private final SortedMap<String, String> texts;
    private final Map<String, Object> values;

    private Config(SortedMap<String, String> texts, Map<String, Object> values) {
        this.texts = texts;
        this.values = values;
    }

    /**
     * Checks {@code settings} against {@code table}. Names without the prefix {@code howdah.} are ignored.
     *
     * @throws ConfigException with one line per unknown key and per bad value, all at once
     */
    public static Config parse(KeyTable table, Map<String, String> settings) {
        List<String> problems = new ArrayList<>();
        SortedMap<String, String> texts = new TreeMap<>();
        Map<String, Object> values = new HashMap<>();
        new TreeMap<>(settings).forEach((name, text) -> {
            if (name.startsWith(PREFIX)) {
                Key<?> key = table.find(name);
                if (key == null) {
                    problems.add(table.refuse(name));
                } else {
                    texts.put(name, text);
                    parseInto(values, problems, key, text);
                }
            }
        });
        for (Key<?> key : table.keys()) {
            String defaultText = key.defaultText();
            if (defaultText != null && !texts.containsKey(key.name())) {
                parseInto(values, problems, key, defaultText);
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Config(texts, values);
    }

    private static void parseInto(Map<String, Object> values, List<String> problems, Key<?> key, String text) {
        try {
            values.put(key.name(), key.parse(text));
        } catch (ConfigException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The value of {@code key}, or its default.
     *
     * @throws ConfigException if the key has no default and was not set
     */
    public <T> T get(Key<T> key) {
        T value = find(key);
        if (value == null) {
            throw new ConfigException("Cannot read configuration: " + key.name() + " is not set, expected " + key.type()
                    + ", " + key.range() + "; set it with -D " + key.name() + "=…");
        }
        return value;
    }

    /** The value of {@code key}, its default, or null where it has neither. */
    @SuppressWarnings("unchecked") // parse() stored what this key's own parser returned
    public <T> @Nullable T find(Key<T> key) {
        return (T) values.get(key.name());
    }

    /** {@link #get} of an integer key as an {@code int}. */
    public int getInt(Key<Long> key) {
        return Math.toIntExact(get(key));
    }

    /** The values that were set, by name, in alphabetical order; defaults are not in it. */
    public SortedMap<String, String> settings() {
        return new TreeMap<>(texts);
    }
}
