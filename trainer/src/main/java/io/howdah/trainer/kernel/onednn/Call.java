// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A recipe in the making, together with the tensors that it is to run on. */
final class Call {
    private final Family family;
    private final int algorithm;
    private float alpha;
    private float beta;
    private @Nullable Window window;
    private final List<Recipe.Slot> slots = new ArrayList<>(6);
    private final List<Tensor> tensors = new ArrayList<>(6);

    private Call(Family family, int algorithm) {
        this.family = family;
        this.algorithm = algorithm;
    }

    static Call of(Family family) {
        return new Call(family, 0);
    }

    /** @param algorithm oneDNN's number of the function, or its flags */
    static Call of(Family family, int algorithm) {
        return new Call(family, algorithm);
    }

    Call parameters(double newAlpha, double newBeta) {
        this.alpha = (float) newAlpha;
        this.beta = (float) newBeta;
        return this;
    }

    Call window(Window newWindow) {
        this.window = newWindow;
        return this;
    }

    Call reads(int argument, Tensor tensor, Layout layout) {
        slots.add(new Recipe.Slot(argument, layout, false));
        tensors.add(tensor);
        return this;
    }

    Call writes(int argument, Tensor tensor, Layout layout) {
        slots.add(new Recipe.Slot(argument, layout, true));
        tensors.add(tensor);
        return this;
    }

    Recipe recipe() {
        return new Recipe(family, algorithm, alpha, beta, window, List.copyOf(slots));
    }

    /** Runs; false, with nothing done, where oneDNN has no fast primitive. */
    boolean run(Runner runner) {
        return runner.run(recipe(), tensors);
    }
}
