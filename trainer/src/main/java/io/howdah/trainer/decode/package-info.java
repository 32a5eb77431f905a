// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Generation of text by language models, in batch: plain, or with drafts that the model checks many at a time. */
@NullMarked
package io.howdah.trainer.decode;

import org.jspecify.annotations.NullMarked;
