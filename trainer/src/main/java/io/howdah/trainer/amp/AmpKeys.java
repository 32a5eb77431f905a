// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of mixed precision. */
public final class AmpKeys {
    public static final Key<String> DTYPE = Key.choice(
            "howdah.amp.dtype",
            "float32",
            List.of("float32", "bfloat16", "float16"),
            "What forward computes its matrix products, convolutions, attention and recurrent layers in; weights stay"
                    + " float32. float16 needs howdah.wire.gradient.dtype=float16, which scales the loss.");

    public static final List<Key<?>> ALL = List.of(DTYPE);

    private AmpKeys() {}
}
