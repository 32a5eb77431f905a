// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** From text to tokens and back. */
@NullMarked
package io.howdah.yarn.generate.codec;

import org.jspecify.annotations.NullMarked;
