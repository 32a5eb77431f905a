// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

/**
 * How many texts are written at a time.
 *
 * @param live most sequences of a step
 * @param prefillRows most rows of a forward that reads prompts
 * @param cacheBytes budget of the keys and values
 */
public record GeneratorSettings(int live, int prefillRows, long cacheBytes) {
    public GeneratorSettings {
        if (live < 1 || prefillRows < 1) {
            throw new IllegalArgumentException("Cannot generate: live=" + live + " prefillRows=" + prefillRows
                    + ", expected at least 1 of each; raise them");
        }
    }

    /** With prompts read by 256 rows at a time. */
    public static GeneratorSettings of(int live, long cacheBytes) {
        return new GeneratorSettings(live, 256, cacheBytes);
    }
}
