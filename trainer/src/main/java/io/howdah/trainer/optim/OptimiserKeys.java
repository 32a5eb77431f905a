// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration keys of the optimiser and its schedule. */
public final class OptimiserKeys {
    public static final Key<String> NAME =
            Key.choice("howdah.optimiser.name", "adamw", List.of("adamw", "sgd"), "How gradients move the weights.");

    public static final Key<Double> LEARNING_RATE = Key.decimal(
            "howdah.optimiser.learning.rate",
            0.001,
            0.0,
            Double.MAX_VALUE,
            "",
            "Highest learning rate of the schedule.");

    public static final Key<Double> WEIGHT_DECAY = Key.decimal(
            "howdah.optimiser.weight.decay",
            0.01,
            0.0,
            Double.MAX_VALUE,
            "",
            "Weight decay: decoupled with adamw, added to the gradient with sgd.");

    public static final Key<Double> BETA1 = Key.decimal(
            "howdah.optimiser.beta1", 0.9, 0.0, Math.nextDown(1.0), "", "adamw: decay of the first moment.");

    public static final Key<Double> BETA2 = Key.decimal(
            "howdah.optimiser.beta2", 0.999, 0.0, Math.nextDown(1.0), "", "adamw: decay of the second moment.");

    public static final Key<Double> EPSILON = Key.decimal(
            "howdah.optimiser.epsilon",
            1e-8,
            0.0,
            Double.MAX_VALUE,
            "",
            "adamw: added to the denominator against division by zero.");

    public static final Key<Double> MOMENTUM = Key.decimal(
            "howdah.optimiser.momentum", 0.0, 0.0, Math.nextDown(1.0), "", "sgd: share of the last step that goes on.");

    public static final Key<Long> WARMUP_STEPS = Key.integer(
            "howdah.optimiser.warmup.steps",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "Steps over which the learning rate grows linearly to its highest value.");

    public static final Key<String> SCHEDULE = Key.choice(
            "howdah.optimiser.schedule",
            "constant",
            List.of("constant", "cosine"),
            "Course of the learning rate after the warm-up; cosine reaches zero with the last training step.");

    public static final Key<Double> CLIP_NORM = Key.decimal(
            "howdah.optimiser.clip.norm",
            0.0,
            0.0,
            Double.MAX_VALUE,
            "",
            "Largest L2 norm of the whole model's gradient; a longer one is scaled down. 0 turns clipping off.");

    public static final List<Key<?>> ALL = List.of(
            NAME, LEARNING_RATE, WEIGHT_DECAY, BETA1, BETA2, EPSILON, MOMENTUM, WARMUP_STEPS, SCHEDULE, CLIP_NORM);

    private OptimiserKeys() {}
}
