/** What a training loop reads: datasets with splits, a deterministic order and resumable positions. */
@NullMarked
package io.howdah.trainer.data;

import org.jspecify.annotations.NullMarked;
