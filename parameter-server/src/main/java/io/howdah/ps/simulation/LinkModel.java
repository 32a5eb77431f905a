// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

/** How long messages take. */
interface LinkModel {
    /** A way for messages from one process to another that keeps their order. */
    Lane lane(SimulatedProcess from, SimulatedProcess to);

    /** One direction of a connection. */
    interface Lane {
        /** Plans {@code arrived} for when {@code bytes} that are sent now have arrived. */
        void carry(long bytes, Runnable arrived);
    }
}
