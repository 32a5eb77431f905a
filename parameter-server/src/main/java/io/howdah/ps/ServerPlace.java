// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

/**
 * Which server of how many.
 *
 * @param index from 0; server 0 decides the steps
 * @param servers how many there are
 */
public record ServerPlace(int index, int servers) {
    boolean decides() {
        return index == 0;
    }

    @Override
    public String toString() {
        return "server " + index;
    }
}
