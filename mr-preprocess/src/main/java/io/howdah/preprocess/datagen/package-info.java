// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/**
 * Datasets that are drawn from known distributions, so that the best score a model can reach on them is known. Start with
 * {@link io.howdah.preprocess.datagen.Datagen}; a new generator is one class and one row of {@link
 * io.howdah.preprocess.datagen.Generators#ALL}.
 */
@NullMarked
package io.howdah.preprocess.datagen;

import org.jspecify.annotations.NullMarked;
