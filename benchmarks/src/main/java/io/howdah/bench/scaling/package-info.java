// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** What a step costs on clusters that nobody has at hand. */
@NullMarked
package io.howdah.bench.scaling;

import org.jspecify.annotations.NullMarked;
