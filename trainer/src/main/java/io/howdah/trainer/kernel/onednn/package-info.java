/** Kernels that call oneDNN through its C interface. */
@NullMarked
package io.howdah.trainer.kernel.onednn;

import org.jspecify.annotations.NullMarked;
