// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Distributions of the next token, and seeded noise to draw from them. */
@NullMarked
package io.howdah.trainer.decode.sampling;

import org.jspecify.annotations.NullMarked;
