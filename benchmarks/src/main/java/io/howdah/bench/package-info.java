// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** {@code scripts/howdah bench}: what is measured, and beside which peer. */
@NullMarked
package io.howdah.bench;

import org.jspecify.annotations.NullMarked;
