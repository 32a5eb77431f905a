// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.yarn.umbilical.proto.Assignment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Addresses of the parameter servers. */
final class Endpoints {
    /** How long a task tries to reach a server that has already registered. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    private Endpoints() {}

    static List<InetSocketAddress> of(Assignment assignment) {
        return assignment.getServersList().stream()
                .map(server -> new InetSocketAddress(server.getHost(), server.getPort()))
                .toList();
    }
}
