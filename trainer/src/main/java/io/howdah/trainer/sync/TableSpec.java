// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * A sparse table as all parties of a job know it: rows of D float32 numbers by 64-bit id, each of which exists once it has
 * been trained, and before that reads as its first values.
 *
 * @param name name among the tables of a model; letters, digits and {@code _.-}
 * @param width D, elements of a row
 * @param seed seed of the first values
 * @param deviation standard deviation of the first values, which are normal with mean 0; 0 for zeros
 */
public record TableSpec(String name, int width, long seed, double deviation) {
    /** Longest row: its float32 values have to fit a frame. */
    static final int MOST_WIDTH = 65_536;

    public TableSpec {
        if (!name.matches("[A-Za-z0-9_.-]+")) {
            throw new IllegalArgumentException("Cannot declare table: name=" + name
                    + ", expected letters, digits and _.- alone; choose another name");
        }
        if (width < 1 || width > MOST_WIDTH) {
            throw new IllegalArgumentException("Cannot declare table: name=" + name + " width=" + width
                    + ", expected 1 to " + MOST_WIDTH + "; cut longer rows into several tables");
        }
        if (!(deviation >= 0) || Double.isInfinite(deviation)) {
            throw new IllegalArgumentException("Cannot declare table: name=" + name + " deviation=" + deviation
                    + ", expected a number of at least 0; correct it");
        }
    }
}
