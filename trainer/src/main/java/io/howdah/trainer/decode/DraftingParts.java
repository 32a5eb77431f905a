// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.speculate.RowCosts;
import io.howdah.trainer.model.lm.TokenHeads;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What drafters are made from.
 *
 * @param target the network that writes
 * @param draft a smaller network with the same vocabulary, or null
 * @param heads that were trained with the target, or null; needed only while a drafter is made
 * @param calibration of these heads, or null
 * @param costs of the target's rows on this machine, measured when they are asked for
 */
public record DraftingParts(
        DecoderNetwork target,
        @Nullable DecoderNetwork draft,
        @Nullable TokenHeads heads,
        @Nullable HeadCalibration calibration,
        Supplier<RowCosts> costs) {}
