// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One configuration key, declared once: name, type, default, range, unit and meaning.
 *
 * @param name full name, starting with {@code howdah.}
 * @param type name of the type as the documentation shows it
 * @param defaultText default as written in {@code conf/howdah-default.xml}; null where the user must set the key
 * @param range accepted values in words
 * @param unit unit of the value, empty where it has none
 * @param doc one or two sentences for the reference table
 * @param parser turns text into the value; throws {@link IllegalArgumentException} for anything out of range
 * @param <T> type of the value
 */
public record Key<T>(
        String name,
        String type,
        @Nullable String defaultText,
        String range,
        String unit,
        String doc,
        Function<String, T> parser) {

    /** A key whose value is any text. */
    public static Key<String> text(String name, @Nullable String defaultText, String doc) {
        return new Key<>(name, "text", defaultText, "any text", "", doc, Function.identity());
    }

    /** A key whose value is a path or URI of a Hadoop file system. */
    public static Key<String> path(String name, @Nullable String defaultText, String doc) {
        return new Key<>(name, "path", defaultText, "a path, a scheme is allowed", "", doc, Function.identity());
    }

    /** A key whose value is an integer in [{@code minimum}, {@code maximum}]. */
    public static Key<Long> integer(
            String name, @Nullable Long defaultValue, long minimum, long maximum, String unit, String doc) {
        String range = maximum == Long.MAX_VALUE ? "at least " + minimum : minimum + " to " + maximum;
        Function<String, Long> parser = text -> {
            long value = Long.parseLong(text);
            if (value < minimum || value > maximum) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        };
        return new Key<>(name, "integer", asText(defaultValue), range, unit, doc, parser);
    }

    /** A key whose value is a finite decimal number in [{@code minimum}, {@code maximum}]. */
    public static Key<Double> decimal(
            String name, @Nullable Double defaultValue, double minimum, double maximum, String unit, String doc) {
        String range = maximum == Double.MAX_VALUE ? "at least " + minimum : minimum + " to " + maximum;
        Function<String, Double> parser = text -> {
            double value = Double.parseDouble(text);
            if (!(value >= minimum && value <= maximum)) {
                throw new IllegalArgumentException("out of range");
            }
            return value;
        };
        return new Key<>(name, "decimal", asText(defaultValue), range, unit, doc, parser);
    }

    /** A key whose value is {@code true} or {@code false}. */
    public static Key<Boolean> flag(String name, @Nullable Boolean defaultValue, String doc) {
        Function<String, Boolean> parser = text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
        return new Key<>(name, "flag", asText(defaultValue), "true or false", "", doc, parser);
    }

    /** A key whose value is one of {@code options}. */
    public static Key<String> choice(String name, @Nullable String defaultText, List<String> options, String doc) {
        Function<String, String> parser = text -> {
            if (!options.contains(text)) {
                throw new IllegalArgumentException("unknown");
            }
            return text;
        };
        return new Key<>(name, "choice", defaultText, "one of " + String.join(", ", options), "", doc, parser);
    }

    /** A key whose value is a list, perhaps empty, of integers in [{@code minimum}, {@code maximum}] with commas between them. */
    public static Key<List<Long>> integers(
            String name, List<Long> defaultValue, long minimum, long maximum, String doc) {
        Function<String, List<Long>> parser = text -> {
            List<Long> values = split(text).stream().map(Long::valueOf).toList();
            if (values.stream().anyMatch(value -> value < minimum || value > maximum)) {
                throw new IllegalArgumentException("out of range");
            }
            return values;
        };
        String defaultText = defaultValue.stream().map(String::valueOf).collect(Collectors.joining(","));
        String range = minimum + " to " + maximum + " each, commas between them";
        return new Key<>(name, "integers", defaultText, range, "", doc, parser);
    }

    /** A key whose value is a list, perhaps empty, of {@code name=value} with commas between them. */
    public static Key<Map<String, String>> pairs(String name, Map<String, String> defaultValue, String doc) {
        Function<String, Map<String, String>> parser = text -> {
            Map<String, String> values = new TreeMap<>();
            for (String part : split(text)) {
                int equals = part.indexOf('=');
                if (equals < 1 || values.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException("no pair, or twice");
                }
            }
            return Collections.unmodifiableMap(values);
        };
        String defaultText = new TreeMap<>(defaultValue)
                .entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
        return new Key<>(name, "pairs", defaultText, "name=value, names once, commas between them", "", doc, parser);
    }

    private static List<String> split(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    /** Parses {@code text}, or tells in one line what was wrong with it. */
    T parse(String text) {
        try {
            return parser.apply(text.trim());
        } catch (IllegalArgumentException e) {
            String unitText = unit.isEmpty() ? "" : " (" + unit + ")";
            throw new ConfigException("Cannot read configuration: " + name + "=" + text + ", expected " + type + ", "
                    + range + unitText + "; correct the value");
        }
    }

    private static @Nullable String asText(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
