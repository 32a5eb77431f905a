// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.functional.DropoutFunctions;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Sums of a block's input and what its branches say. */
final class Residuals {
    private Residuals() {}

    /**
     * x + dropout(branch).
     *
     * @param branch the result of a linear layer, which nobody else holds: it is overwritten where its dtype allows
     */
    static Tensor add(Tensor x, Tensor branch, double dropout, Mode mode) {
        Tensor kept = dropped(branch, dropout, mode);
        if (x.dtype() == DType.FLOAT32 && kept.dtype() != x.dtype()) {
            // Written over in turn, so that a sum of mixed dtypes needs no memory beside its result.
            return Arithmetic.addInPlace(Casts.to(kept, x.dtype()), x);
        }
        return kept.dtype() == x.dtype() ? Arithmetic.addInPlace(kept, x) : Arithmetic.add(x, kept);
    }

    static Tensor dropped(Tensor x, double dropout, Mode mode) {
        return dropout == 0 ? x : DropoutFunctions.dropout(x, dropout, mode);
    }
}
