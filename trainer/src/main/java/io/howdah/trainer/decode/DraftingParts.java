// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import org.jspecify.annotations.Nullable;

/**
 * What drafters are made from.
 *
 * @param target the network that writes
 * @param draft a smaller network with the same vocabulary, or null
 */
public record DraftingParts(DecoderNetwork target, @Nullable DecoderNetwork draft) {}
