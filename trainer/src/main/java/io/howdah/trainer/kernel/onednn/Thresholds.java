// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/**
 * From which size on oneDNN is worth its call: waking and awaiting its threads costs some 10 µs, in which Java moves and
 * adds many elements, but computes few exponentials, and packs and unpacks few of bfloat16.
 *
 * @param cheap elements of float32 that are moved or added
 * @param cheap16Bit elements of bfloat16 that are moved or added
 * @param costly elements with functions like an exponential
 * @param copied elements that change their dtype or order
 * @param multiplications of a product or convolution
 */
record Thresholds(long cheap, long cheap16Bit, long costly, long copied, long multiplications) {
    static final Thresholds MEASURED = new Thresholds(32 * 1024, 8 * 1024, 2 * 1024, 16 * 1024, 1024);

    /** Everything goes to oneDNN that it can do. */
    static final Thresholds NONE = new Thresholds(1, 1, 1, 1, 1);

    /** Whether a tensor is of a dtype that oneDNN is fast at, and large enough for arithmetic as cheap as a sum. */
    boolean fitsCheap(Tensor tensor) {
        return tensor.dtype() == DType.FLOAT32 && tensor.elements() >= cheap
                || tensor.dtype() == DType.BFLOAT16 && tensor.elements() >= cheap16Bit;
    }

    /** Whether a tensor is of a dtype that oneDNN is fast at, and large enough for functions like an exponential. */
    boolean fits(Tensor tensor) {
        return (tensor.dtype() == DType.FLOAT32 || tensor.dtype() == DType.BFLOAT16) && tensor.elements() >= costly;
    }

    /** Whether a product is of a dtype that oneDNN multiplies, perhaps after conversion, and large enough. */
    boolean fitsProduct(DType dtype, double count) {
        return dtype.isFloating() && dtype != DType.FLOAT64 && count >= multiplications;
    }
}
