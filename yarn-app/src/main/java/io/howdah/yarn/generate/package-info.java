// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Batch jobs that write texts with a trained model, and what they are made of. */
@NullMarked
package io.howdah.yarn.generate;

import org.jspecify.annotations.NullMarked;
