/** Tensors: storage, shape, strides and dtype over off-heap memory; mathematics lives in {@code ops}. */
@NullMarked
package io.howdah.trainer.tensor;

import org.jspecify.annotations.NullMarked;
