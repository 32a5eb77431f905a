/** Update rules over flat slices and learning-rate schedules; the parameter server runs the very same ones. */
@NullMarked
package io.howdah.trainer.optim;

import org.jspecify.annotations.NullMarked;
