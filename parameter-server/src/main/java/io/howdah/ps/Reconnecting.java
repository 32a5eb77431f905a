// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

/** Makes another connection to a server for the {@link ClientSession}'s next {@link ClientSession#attempt}. */
@FunctionalInterface
public interface Reconnecting {
    /** @param losses how many were lost since a step was decided: wait longer the more there are */
    void reconnect(int server, int losses);
}
