// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/**
 * Kernels of decoding, row by row on heap arrays: the bits of a row depend on nothing but the row, whatever other rows run
 * with it, on however many threads.
 */
@NullMarked
package io.howdah.trainer.kernel.rows;

import org.jspecify.annotations.NullMarked;
