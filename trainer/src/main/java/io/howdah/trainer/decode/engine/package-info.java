// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Decoders without autograd: packed weights, caches of keys and values, forwards of ragged rows. */
@NullMarked
package io.howdah.trainer.decode.engine;

import org.jspecify.annotations.NullMarked;
