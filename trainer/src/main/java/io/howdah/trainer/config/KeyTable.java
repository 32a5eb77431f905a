// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The declared keys of a program, by name; a name that is not in it is refused with its nearest neighbour. */
public final class KeyTable {
    private final SortedMap<String, Key<?>> byName = new TreeMap<>();

    @SafeVarargs
    public KeyTable(Collection<? extends Key<?>>... groups) {
        for (Collection<? extends Key<?>> group : groups) {
            for (Key<?> key : group) {
                if (byName.put(key.name(), key) != null) {
                    throw new IllegalArgumentException("Cannot declare configuration: " + key.name()
                            + " is declared twice, expected once; delete one of the declarations");
                }
            }
        }
    }

    /** All keys in alphabetical order. */
    public Collection<Key<?>> keys() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The key of that name, or null. */
    public @Nullable Key<?> find(String name) {
        return byName.get(name);
    }

    /** One line that refuses {@code name} and suggests the declared key with the smallest edit distance. */
    String refuse(String name) {
        return "Cannot read configuration: " + name + " is unknown, expected a declared key; did you mean "
                + nearest(name) + "?";
    }

    private String nearest(String name) {
        List<String> names = new ArrayList<>(byName.keySet());
        return Collections.min(names, (a, b) -> Integer.compare(distance(name, a), distance(name, b)));
    }

    /** Levenshtein distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
