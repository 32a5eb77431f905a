/** Mixed precision: 16-bit compute by autocast, and loss scaling for the narrow wire and compute formats. */
@NullMarked
package io.howdah.trainer.amp;

import org.jspecify.annotations.NullMarked;
