// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Training of whole models, as the peer's script trains them. */
@NullMarked
package io.howdah.bench.train;

import org.jspecify.annotations.NullMarked;
