// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/**
 * Functions made of several ops. Nobody outside can refer to what they compute on the way, so that it is freed at once,
 * or with the graph where the graph has saved it.
 */
public final class Composite {
    private Composite() {}

    /** The result of {@code body}; everything else that it allocated is let go. */
    public static Tensor of(Supplier<Tensor> body) {
        try (StepScope scope = StepScope.openHidden()) {
            return scope.pass(body.get());
        }
    }

    /** The results of {@code body}; everything else that it allocated is let go. */
    public static List<Tensor> listOf(Supplier<List<Tensor>> body) {
        try (StepScope scope = StepScope.openHidden()) {
            List<Tensor> results = body.get();
            results.forEach(scope::pass);
            return results;
        }
    }
}
