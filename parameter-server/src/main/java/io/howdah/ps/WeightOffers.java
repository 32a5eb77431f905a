// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.SendWeights;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Workers that can send the initial weights. One is asked at a time; when it is lost, the next. */
final class WeightOffers {
    private final Set<Connection> offers = new LinkedHashSet<>();
    private @Nullable Connection asked;

    /** Takes an offer, and takes it up if nobody has been asked. */
    void add(Connection connection) {
        offers.add(connection);
        askNext();
    }

    /** Forgets a connection that is gone. */
    void remove(Connection connection) {
        offers.remove(connection);
        if (connection.equals(asked)) {
            asked = null;
            askNext();
        }
    }

    private void askNext() {
        if (asked == null && !offers.isEmpty()) {
            asked = offers.iterator().next();
            asked.send(FrameType.SEND_WEIGHTS, SendWeights.getDefaultInstance());
        }
    }

    boolean isAsked(Connection connection) {
        return connection.equals(asked);
    }

    /** All weights have come. */
    void clear() {
        offers.clear();
        asked = null;
    }
}
