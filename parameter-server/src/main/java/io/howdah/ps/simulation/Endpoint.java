// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Peer;

/**
 * A process on the network.
 *
 * @param process its thread
 * @param self what it says it is
 * @param settings what holds for its connections
 */
record Endpoint(SimulatedProcess process, Peer self, ConnectionSettings settings) {}
