// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Models in the layout of the Hugging Face library: config.json, safetensors and what belongs to them. */
@NullMarked
package io.howdah.trainer.model.pretrained;

import org.jspecify.annotations.NullMarked;
