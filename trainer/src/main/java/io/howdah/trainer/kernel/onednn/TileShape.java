// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

/**
 * Of one thread's part of a product.
 *
 * @param inputs K, even
 * @param outputs N
 */
record TileShape(int inputs, int outputs) {}
