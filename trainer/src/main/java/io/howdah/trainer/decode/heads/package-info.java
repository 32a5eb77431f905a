// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Drafts by heads of the model itself: chains and trees, and how trees are found. */
@NullMarked
package io.howdah.trainer.decode.heads;

import org.jspecify.annotations.NullMarked;
