// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Epilogue;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Products with an epilogue: the product in wide precision, one pass for each part of the epilogue, then the rounding. */
final class ScaledProduct {
    private ScaledProduct() {}

    /** @param backend what multiplies and adds */
    static void product(Backend backend, Tensor a, Tensor b, Epilogue epilogue, Tensor out) {
        DType wide = out.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        try (Tensor sums = Tensor.empty(wide, out.shape());
                Tensor term = Tensor.empty(wide, out.shape())) {
            backend.matmul(a, b, null, sums);
            if (epilogue.scale() != 1) {
                backend.scale(sums, epilogue.scale(), 0, sums);
            }
            if (epilogue.addend() != null) {
                add(backend, epilogue.addend(), term, sums);
            }
            if (epilogue.accumulates()) {
                add(backend, out, term, sums);
            }
            backend.convert(sums, out);
        }
    }

    private static void add(Backend backend, Tensor addend, Tensor term, Tensor sums) {
        Tensor operand = addend;
        if (addend.dtype() != sums.dtype()) {
            backend.convert(addend, term);
            operand = term;
        }
        backend.binary(Binary.ADD, sums, operand, sums);
    }
}
