// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import java.util.List;
import java.util.stream.Stream;

/** All ops, one entry each. */
public final class OpRegistry {
    private static final List<Op<?>> ALL = Stream.of(
                    Arithmetic.ALL,
                    Functions.ALL,
                    Matrices.ALL,
                    Views.ALL,
                    Reductions.ALL,
                    Lookup.ALL,
                    Losses.ALL,
                    Casts.ALL)
            .<Op<?>>flatMap(List::stream)
            .toList();

    private OpRegistry() {}

    public static List<Op<?>> all() {
        return ALL;
    }
}
