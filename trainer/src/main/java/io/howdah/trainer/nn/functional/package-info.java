/** The arithmetic of layers, without state. */
@NullMarked
package io.howdah.trainer.nn.functional;

import org.jspecify.annotations.NullMarked;
