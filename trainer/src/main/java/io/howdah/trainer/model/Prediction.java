// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.tensor.Tensor;

/**
 * What a model says of a batch, with all that metrics need. S samples; C classes.
 *
 * @param losses loss of every sample, [S]; training minimises the mean
 * @param scores logits of the classes, [S, C]; or one number per sample, [S]: the logit of a yes-or-no question, or the
 *     value of a regression
 * @param targets class of every sample, [S], integers in [0, C); or what the number should be, [S]: 0 or 1, or a value
 */
public record Prediction(Tensor losses, Tensor scores, Tensor targets) {}
