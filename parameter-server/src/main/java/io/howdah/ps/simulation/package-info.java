// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** The parameter server under a virtual clock and on a virtual network: faults that repeat, and what steps cost. */
@NullMarked
package io.howdah.ps.simulation;

import org.jspecify.annotations.NullMarked;
