/** Reverse-mode differentiation, define-by-run: ops record nodes, {@code Autograd.backward} walks them. */
@NullMarked
package io.howdah.trainer.autograd;

import org.jspecify.annotations.NullMarked;
