// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import io.howdah.trainer.amp.LossScaler.StepResult;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the gradients of a float16 forward pass from vanishing: the loss is multiplied by a large scale, and gradients are
 * divided by it before the optimiser sees them. Steps whose gradients are not finite are left out, and lower the scale.
 *
 * <pre>
 *     Autograd.backward(scaler.scale(loss));
 *     scaler.unscale(parameters);                    // only where gradients are clipped or looked at
 *     scaler.step(parameters, optimiser::step);
 *     scaler.update();
 * </pre>
 *
 * <p>Several optimisers step on their own lists of parameters, between the same two updates. Per list:
 *
 * <pre>
 *     READY ── unscale ──▶ UNSCALED ── step ──▶ STEPPED ── update ──▶ READY      (step of READY unscales first)
 * </pre>
 *
 * <p>The semantics are those of PyTorch's {@code GradScaler}, but the scale never falls to 0. Source: Micikevicius et al.,
 * “Mixed Precision Training”, 2018. Not safe for concurrent use.
 */
public final class GradScaler {
    private final ScaleRule rule;
    private final Map<Tensor, Check> checks = new IdentityHashMap<>();
    private LossScaler scaler;

    /** What became of the gradients of one list of parameters since the last update. */
    private static final class Check {
        private final int parameters;
        private final int gradients;
        private final boolean finite;
        private boolean stepped;

        Check(int parameters, int gradients, boolean finite) {
            this.parameters = parameters;
            this.gradients = gradients;
            this.finite = finite;
        }
    }

    private GradScaler(LossScaler scaler, ScaleRule rule) {
        this.scaler = scaler;
        this.rule = rule;
    }

    /** A scaler that begins at 2¹⁶ for float16; for other dtypes one that scales and checks nothing. */
    public static GradScaler of(DType dtype) {
        return new GradScaler(LossScaler.forWire(dtype), ScaleRule.STANDARD);
    }

    /**
     * A scaler with another rule.
     *
     * @param initialScale above 0
     */
    public static GradScaler of(float initialScale, ScaleRule rule) {
        checkScale(initialScale);
        return new GradScaler(new LossScaler(initialScale, 0, true), rule);
    }

    /** Factor of the loss. */
    public float scale() {
        return scaler.scale();
    }

    /** What a checkpoint has to keep, between an update and the next step. */
    public LossScaler state() {
        return scaler;
    }

    /** Goes on from a state that {@link #state} gave. */
    public void load(LossScaler state) {
        scaler = state;
        checks.clear();
    }

    /** loss · scale; a float16 or bfloat16 scalar becomes float32, which large scales do not overflow. */
    public Tensor scale(Tensor loss) {
        if (!scaler.dynamic()) {
            return loss;
        }
        if (!loss.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "Cannot scale loss: dtype=" + loss.dtype() + ", expected a floating-point dtype; convert it");
        }
        return Composite.of(() -> Arithmetic.multiply(loss, Tensor.scalar(DType.FLOAT32, scaler.scale())));
    }

    /**
     * Divides the gradients of {@code parameters}, in place, by the scale, and notes whether all were finite. At most
     * once between two updates.
     *
     * @throws IllegalStateException if that was done already
     * @throws IllegalArgumentException for float16 gradients, whose small ones would be lost; nothing is changed
     */
    public void unscale(List<Tensor> parameters) {
        if (!scaler.dynamic()) {
            return;
        }
        for (Tensor parameter : parameters) {
            Check check = checks.get(parameter);
            if (check != null) {
                throw new IllegalStateException("Cannot unscale: "
                        + (check.stepped ? "the optimiser has stepped" : "these gradients are unscaled already")
                        + ", expected gradients of a new backward pass; call update after each step");
            }
        }
        List<Tensor> gradients = gradients(parameters);
        boolean finite = true;
        for (Tensor gradient : gradients) {
            finite &= Backends.current().isFinite(gradient);
            Backends.current().scale(gradient, scaler.inverse(), 0, gradient);
            gradient.bumpVersion();
        }
        Check check = new Check(parameters.size(), gradients.size(), finite);
        parameters.forEach(parameter -> checks.put(parameter, check));
    }

    /**
     * Runs {@code optimiser} if all gradients are finite, after {@link #unscale} where that was not done.
     *
     * @param parameters those that the optimiser changes
     * @return whether it ran
     * @throws IllegalStateException if it has stepped since the last update, or no parameter has a gradient
     */
    public boolean step(List<Tensor> parameters, Runnable optimiser) {
        if (!scaler.dynamic()) {
            optimiser.run();
            return true;
        }
        if (parameters.stream().noneMatch(checks::containsKey)) {
            unscale(parameters);
        }
        Check check = parameters.isEmpty() ? null : checks.get(parameters.get(0));
        if (check == null
                || check.parameters != parameters.size()
                || parameters.stream().anyMatch(parameter -> checks.get(parameter) != check)) {
            throw new IllegalStateException("Cannot step: parameters=" + parameters.size()
                    + ", expected one or more, those that were unscaled together; pass the same list");
        }
        if (check.stepped) {
            throw new IllegalStateException("Cannot step: step has already been called since the last update,"
                    + " expected one step; call update first");
        }
        if (check.gradients == 0) {
            throw new IllegalStateException("Cannot step: no gradient of " + parameters.size()
                    + " parameters was checked, expected some; run backward on the scaled loss first");
        }
        if (check.finite) {
            optimiser.run();
        }
        check.stepped = true;
        return check.finite;
    }

    /**
     * Makes the scale of the next step: lowered if gradients were not finite, raised after many finite steps in a row.
     *
     * @throws IllegalStateException if no gradient was checked since the last update
     */
    public void update() {
        if (!scaler.dynamic()) {
            return;
        }
        if (checks.values().stream().noneMatch(check -> check.gradients > 0)) {
            throw new IllegalStateException("Cannot update: no gradient was checked since the last update, expected a"
                    + " step; call step or unscale first");
        }
        boolean finite = checks.values().stream().allMatch(check -> check.finite);
        scaler = scaler.after(finite ? StepResult.FINITE : StepResult.OVERFLOW, rule);
        checks.clear();
    }

    /** Sets the scale of the next step; the count of finite steps goes on. */
    public void update(float newScale) {
        checkScale(newScale);
        if (scaler.dynamic()) {
            scaler = new LossScaler(newScale, scaler.finiteSteps(), true);
            checks.clear();
        }
    }

    private static void checkScale(float scale) {
        if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "Cannot scale losses: scale=" + scale + ", expected a finite number above 0; correct it");
        }
    }

    /** Gradients, of sparse ones the values. */
    private static List<Tensor> gradients(List<Tensor> parameters) {
        List<Tensor> gradients = new ArrayList<>();
        for (Tensor parameter : parameters) {
            Tensor dense = parameter.grad();
            SparseRows sparse = Gradients.sparse(parameter);
            Tensor gradient = dense != null ? dense : sparse == null ? null : sparse.values();
            if (gradient != null && gradient.dtype() == DType.FLOAT16) {
                throw new IllegalArgumentException("Cannot unscale: gradient of shape " + gradient.shape()
                        + " is float16, expected float32 gradients; keep the parameters in float32 and open an Autocast"
                        + " scope for the forward pass");
            }
            if (gradient != null) {
                gradients.add(gradient);
            }
        }
        return gradients;
    }
}
