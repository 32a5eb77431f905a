/** What a training writes down of its steps: JSON lines and TensorBoard event files. */
@NullMarked
package io.howdah.trainer.train.journal;

import org.jspecify.annotations.NullMarked;
