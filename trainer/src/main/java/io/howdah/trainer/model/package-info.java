/** Models that can be trained, by name. */
@NullMarked
package io.howdah.trainer.model;

import org.jspecify.annotations.NullMarked;
