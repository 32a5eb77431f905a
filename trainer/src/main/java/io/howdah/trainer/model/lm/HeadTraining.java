// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

/**
 * How a network is trained together with heads.
 *
 * @param weights of the heads' losses
 * @param rateFactor of the heads' parameters: their learning rate over that of the trunk
 */
public record HeadTraining(HeadLossWeights weights, double rateFactor) {}
