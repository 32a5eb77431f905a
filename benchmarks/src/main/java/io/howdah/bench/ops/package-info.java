// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** {@code scripts/howdah bench ops}: single operations. */
@NullMarked
package io.howdah.bench.ops;

import org.jspecify.annotations.NullMarked;
