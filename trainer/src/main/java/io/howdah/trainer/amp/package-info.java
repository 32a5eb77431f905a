/** Mixed precision: loss scaling for the narrow wire and compute formats. */
@NullMarked
package io.howdah.trainer.amp;

import org.jspecify.annotations.NullMarked;
