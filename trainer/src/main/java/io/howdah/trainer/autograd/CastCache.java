// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/** Casts of parameters, at most one of each; it owns them until it lets them go. */
final class CastCache {
    private final Map<Tensor, Entry> entries = new IdentityHashMap<>();

    /** A cast of a parameter as it was at {@code version}. */
    private record Entry(Tensor cast, int version) {
        boolean fits(Tensor parameter, DType dtype) {
            // One made under noGrad has no history, so that gradients could not flow through it.
            boolean recorded = cast.requiresGrad() || !GradMode.isEnabled();
            return recorded && version == parameter.version() && cast.dtype() == dtype;
        }
    }

    /** The cast of {@code parameter} as it is now; recorded if the mode says so. */
    Tensor of(Tensor parameter, DType dtype) {
        Entry present = entries.get(parameter);
        if (present != null && present.fits(parameter, dtype)) {
            return present.cast();
        }
        Tensor cast = GraphOps.get().convert(parameter, dtype).keep();
        entries.put(parameter, new Entry(cast, parameter.version()));
        if (present != null) {
            letGo(present.cast());
        }
        return cast;
    }

    void clear() {
        entries.values().forEach(entry -> letGo(entry.cast()));
        entries.clear();
    }

    /** Frees a cast, or leaves it to the graph that has saved it, and to the step should there be no backward. */
    private static void letGo(Tensor cast) {
        if (cast.hide()) {
            StepScope.adopt(cast);
        } else {
            cast.close();
        }
    }
}
