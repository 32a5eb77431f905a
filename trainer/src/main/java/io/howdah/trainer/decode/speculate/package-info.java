// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Drafts of tokens, and the rules by which a decoder accepts them. */
@NullMarked
package io.howdah.trainer.decode.speculate;

import org.jspecify.annotations.NullMarked;
