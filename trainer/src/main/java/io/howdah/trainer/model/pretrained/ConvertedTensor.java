// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A tensor that is written in another dtype.
 *
 * @param name in the file
 * @param source of any strides
 */
record ConvertedTensor(String name, Tensor source, DType dtype) {
    SafetensorsEntry entry() {
        return new SafetensorsEntry(name, dtype, source.shape(), this::write);
    }

    private void write(OutputStream out) throws IOException {
        try (Tensor converted = Tensor.empty(dtype, source.shape())) {
            Backends.current().convert(source, converted);
            if (!Backends.current().isFinite(converted)) {
                throw new IOException("Cannot export: tensor=" + name + " has elements that are not finite in " + dtype
                        + ", expected finite ones; choose another dtype, or another checkpoint");
            }
            SafetensorsEntry.of(name, converted).body().writeTo(out);
        }
    }
}
