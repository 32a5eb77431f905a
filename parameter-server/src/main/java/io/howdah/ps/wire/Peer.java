// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/**
 * A process of the job.
 *
 * @param role what it is
 * @param index which of its kind, from 0
 */
public record Peer(Role role, int index) {
    @Override
    public String toString() {
        return (role == Role.WORKER ? "worker " : "server ") + index;
    }
}
