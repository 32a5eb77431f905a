/** The plain reference kernels: what every other backend must compute. */
@NullMarked
package io.howdah.trainer.kernel.java;

import org.jspecify.annotations.NullMarked;
