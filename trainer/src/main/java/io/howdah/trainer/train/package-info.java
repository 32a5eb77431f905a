/** The training loop, evaluation and checkpoints of one worker process. */
@NullMarked
package io.howdah.trainer.train;

import org.jspecify.annotations.NullMarked;
