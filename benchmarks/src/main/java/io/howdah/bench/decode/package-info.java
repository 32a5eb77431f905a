// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Decoding of language models, plain and with drafts. */
@NullMarked
package io.howdah.bench.decode;

import org.jspecify.annotations.NullMarked;
