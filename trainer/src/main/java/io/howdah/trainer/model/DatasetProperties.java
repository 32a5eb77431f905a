// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import java.util.Map;

/**
 * Sizes that a dataset tells of itself.
 *
 * @param values text by name
 */
record DatasetProperties(Map<String, String> values) {
    /** How many classes labels have; absent where labels are values. */
    static final String CLASSES = "classes";

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** A whole number of at least {@code minimum}, which must be there. */
    int number(String name, int minimum) {
        String text = values.get(name);
        if (text == null || !text.matches("\\d{1,9}") || Integer.parseInt(text) < minimum) {
            throw new IllegalArgumentException("Cannot create model: dataset property " + name + "=" + text
                    + ", expected a whole number from " + minimum
                    + " on; train on a dataset that has it, its properties are "
                    + values.keySet());
        }
        return Integer.parseInt(text);
    }

    /** {@link #number(String, int)}, or {@code fallback} where the dataset does not tell. */
    int number(String name, int minimum, int fallback) {
        return has(name) ? number(name, minimum) : fallback;
    }
}
