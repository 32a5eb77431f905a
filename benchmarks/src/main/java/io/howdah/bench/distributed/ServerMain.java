// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.ps.ParameterServer;
import io.howdah.ps.ServerPlace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A process with the only parameter server: prints its port and serves until its input ends. */
public final class ServerMain {
    private ServerMain() {}

    /** @param arguments those of {@link Arguments} */
    public static void main(String[] arguments) throws IOException {
        Arguments parsed = Arguments.parse(arguments);
        ParameterServer server = new ParameterServer(
                parsed.sync(), new ServerPlace(0, 1), Arguments.identity(), new NoCheckpoints(), null);
        System.out.println(server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }
}
