// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/**
 * The MapReduce job that turns documents into a dataset of packed byte tokens. Start with {@link
 * io.howdah.preprocess.PreprocessJob}; a new input format is one class and one row of {@link
 * io.howdah.preprocess.DocumentFormat#ALL}.
 */
@NullMarked
package io.howdah.preprocess;

import org.jspecify.annotations.NullMarked;
