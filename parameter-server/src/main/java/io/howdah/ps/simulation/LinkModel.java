// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

/** How long messages take. */
interface LinkModel {
    /** The moment at which {@code bytes} that are sent now have arrived, in nanoseconds of the virtual clock. */
    long arrival(SimulatedProcess from, SimulatedProcess to, long bytes);
}
