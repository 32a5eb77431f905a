// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** The parameter server's transport and sums, beside the least that the JDK needs for the same. */
@NullMarked
package io.howdah.bench.ps;

import org.jspecify.annotations.NullMarked;
