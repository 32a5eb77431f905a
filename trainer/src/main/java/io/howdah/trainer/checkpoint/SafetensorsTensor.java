// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name name in the file
 * @param dtype type of the elements
 * @param shape shape of the tensor
 * @param begin offset of the first byte behind the header
 * @param end offset behind the last byte
 */
public record SafetensorsTensor(String name, DType dtype, Shape shape, long begin, long end) {}
