/** Typed configuration: keys are declared once, values are checked all together and immutable afterwards. */
@NullMarked
package io.howdah.trainer.config;

import org.jspecify.annotations.NullMarked;
