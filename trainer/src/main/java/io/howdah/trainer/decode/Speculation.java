// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.speculate.AcceptanceRule;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.Drafter;

/**
 * How tokens are guessed ahead.
 *
 * @param drafter closed with the generator
 * @param length how many are guessed
 */
public record Speculation(Drafter drafter, AcceptanceRule rule, DraftLength length) {}
