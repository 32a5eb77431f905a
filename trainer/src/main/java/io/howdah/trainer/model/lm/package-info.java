// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Language models: networks over tokens, and what they are trained to predict. */
@NullMarked
package io.howdah.trainer.model.lm;

import org.jspecify.annotations.NullMarked;
