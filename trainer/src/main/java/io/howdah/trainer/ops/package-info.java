/** Differentiable operations: one class per family, one registry entry per op, one dispatcher for all. */
@NullMarked
package io.howdah.trainer.ops;

import org.jspecify.annotations.NullMarked;
