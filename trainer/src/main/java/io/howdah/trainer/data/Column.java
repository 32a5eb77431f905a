// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;

/**
 * One named column of a dataset.
 *
 * @param name name in {@link Batch#column}
 * @param dtype type of the elements
 * @param shape shape of one example, without the batch dimension
 */
public record Column(String name, DType dtype, Shape shape) {}
