/** Arithmetic on tensors, without autograd, behind one interface with a plain Java and a oneDNN implementation. */
@NullMarked
package io.howdah.trainer.kernel;

import org.jspecify.annotations.NullMarked;
