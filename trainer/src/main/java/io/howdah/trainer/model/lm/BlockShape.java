// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.ops.RotaryEmbedding.Angles;
import org.jspecify.annotations.Nullable;

/**
 * What blocks of a decoder have in common.
 *
 * @param width E of a position
 * @param heads H
 * @param keyHeads G, a divisor of H
 * @param headWidth D
 * @param hidden width of the hidden layer F, behind the activation
 * @param activation between the two layers of the second branch
 * @param context most positions
 * @param angles cosines and sines [context, D/2] that turn the halves of queries and keys, or null for none
 */
public record BlockShape(
        int width,
        int heads,
        int keyHeads,
        int headWidth,
        int hidden,
        HiddenActivation activation,
        int context,
        @Nullable Angles angles) {}
