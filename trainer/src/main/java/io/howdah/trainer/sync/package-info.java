/** How workers share parameters: push gradients, pull weights, agree on every step. */
@NullMarked
package io.howdah.trainer.sync;

import org.jspecify.annotations.NullMarked;
