// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.Connection;

/** The answer to a pull, sent frame by frame. */
interface PullAnswer {
    /** The version that has to be published first. */
    long minimumVersion();

    /** The slices that have to be applied first, where they move the weights one by one. */
    long minimumSequence();

    /** Sends the next frame; returns true if that was the last one. */
    boolean sendNext(Connection connection);
}
