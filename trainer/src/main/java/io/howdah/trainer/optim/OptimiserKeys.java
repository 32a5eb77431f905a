// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Key;
import java.util.List;
import java.util.stream.Stream;

/** Configuration keys of the optimiser; those of its schedule are {@link ScheduleKeys}. */
public final class OptimiserKeys {
    private static final double BELOW_ONE = Math.nextDown(1.0);

    public static final Key<String> NAME = Key.choice(
            "howdah.optimiser.name",
            "adamw",
            List.of(
                    "adafactor",
                    "adagrad",
                    "adam",
                    "adamw",
                    "ftrl",
                    "lamb",
                    "rmsprop",
                    "rowwise-adagrad",
                    "sgd",
                    "sparse-adam"),
            "How gradients move the weights.");

    public static final Key<Double> LEARNING_RATE =
            nonNegative("learning.rate", 0.001, "Highest learning rate of the schedule.");

    public static final Key<Double> WEIGHT_DECAY = nonNegative(
            "weight.decay",
            0.01,
            "Weight decay: decoupled with adamw and adafactor, part of the scaled step with lamb, else added to the"
                    + " gradient.");

    public static final Key<Double> BETA1 = Key.decimal(
            "howdah.optimiser.beta1",
            0.9,
            0.0,
            BELOW_ONE,
            "",
            "adam, adamw, lamb, sparse-adam: decay of the first moment.");

    public static final Key<Double> BETA2 = Key.decimal(
            "howdah.optimiser.beta2",
            0.999,
            0.0,
            BELOW_ONE,
            "",
            "adam, adamw, lamb, sparse-adam: decay of the second moment.");

    public static final Key<Double> EPSILON = nonNegative(
            "epsilon",
            1e-8,
            "Added to the denominator against division by zero; sgd, ftrl and adafactor have no use for it.");

    public static final Key<Boolean> AMSGRAD = Key.flag(
            "howdah.optimiser.amsgrad",
            false,
            "adam, adamw: divide by the largest second moment so far instead of the current one.");

    public static final Key<Double> MOMENTUM =
            nonNegative("momentum", 0.0, "sgd, rmsprop: share of the last step that goes on.");

    public static final Key<Double> DAMPENING = Key.decimal(
            "howdah.optimiser.dampening", 0.0, 0.0, 1.0, "", "sgd: share of the gradient that momentum leaves out.");

    public static final Key<Boolean> NESTEROV = Key.flag(
            "howdah.optimiser.nesterov", false, "sgd: Nesterov's momentum; needs a momentum and no dampening.");

    public static final Key<Double> SMOOTHING =
            nonNegative("smoothing", 0.99, "rmsprop: decay of the mean of squared gradients.");

    public static final Key<Boolean> CENTRED = Key.flag(
            "howdah.optimiser.centred", false, "rmsprop: divide by the variance instead of the mean of squares.");

    public static final Key<Double> LEARNING_RATE_DECAY = nonNegative(
            "learning.rate.decay", 0.0, "adagrad: the rate of step c is divided by 1 + (c − 1) times this.");

    public static final Key<Double> INITIAL_SUM =
            nonNegative("initial.sum", 0.0, "adagrad, rowwise-adagrad: what the sums of squares start from.");

    public static final Key<Double> L1 =
            nonNegative("l1", 0.0, "ftrl: strength of the absolute penalty, which makes weights exactly zero.");

    public static final Key<Double> L2 = nonNegative("l2", 0.0, "ftrl: strength of the square penalty.");

    public static final Key<Double> BETA = nonNegative("beta", 1.0, "ftrl: smooths the first steps.");

    public static final Key<Double> BETA2_EXPONENT = Key.decimal(
            "howdah.optimiser.beta2.exponent",
            -0.8,
            -100.0,
            0.0,
            "",
            "adafactor: second moments move by the count of steps to this power.");

    public static final Key<Double> FACTOR_EPSILON = nonNegative(
            "factor.epsilon",
            0x1p-23,
            "adafactor: floor of the root of the second moment and of the mean that divides the factors.");

    public static final Key<Double> RELATIVE_FLOOR = nonNegative(
            "relative.floor", 0.001, "adafactor: floor of the weights' root mean square, of which a step is a share.");

    public static final Key<Double> UPDATE_CLIP = Key.decimal(
            "howdah.optimiser.update.clip",
            1.0,
            1.0,
            Double.MAX_VALUE,
            "",
            "adafactor: largest root mean square of a tensor's update.");

    public static final Key<Double> CLIP_NORM = nonNegative(
            "clip.norm",
            0.0,
            "Largest L2 norm of the whole model's gradient; a longer one is scaled down. 0 turns clipping off.");

    public static final Key<Double> CLIP_VALUE = nonNegative(
            "clip.value",
            0.0,
            "Largest absolute value of an element of the gradient, after clipping by norm. 0 turns clipping off.");

    public static final List<Key<?>> ALL = Stream.concat(
                    Stream.of(
                            NAME,
                            LEARNING_RATE,
                            WEIGHT_DECAY,
                            BETA1,
                            BETA2,
                            EPSILON,
                            AMSGRAD,
                            MOMENTUM,
                            DAMPENING,
                            NESTEROV,
                            SMOOTHING,
                            CENTRED,
                            LEARNING_RATE_DECAY,
                            INITIAL_SUM,
                            L1,
                            L2,
                            BETA,
                            BETA2_EXPONENT,
                            FACTOR_EPSILON,
                            RELATIVE_FLOOR,
                            UPDATE_CLIP,
                            CLIP_NORM,
                            CLIP_VALUE),
                    ScheduleKeys.ALL.stream())
            .<Key<?>>map(key -> key)
            .toList();

    private OptimiserKeys() {}

    private static Key<Double> nonNegative(String name, double defaultValue, String doc) {
        return Key.decimal("howdah.optimiser." + name, defaultValue, 0.0, Double.MAX_VALUE, "", doc);
    }
}
