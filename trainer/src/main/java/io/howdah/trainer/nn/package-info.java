/** Layers: modules own parameters and call {@code nn.functional}. */
@NullMarked
package io.howdah.trainer.nn;

import org.jspecify.annotations.NullMarked;
