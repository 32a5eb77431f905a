// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.ps.wire.Transport;
import java.io.IOException;

/** The ways that are compared; the server of each runs in a process of its own. */
enum LinkKind {
    /** Blocking channels of the JDK. */
    BASELINE {
        @Override
        int serve(Certification certification) throws IOException {
            return PlainServer.start().port();
        }

        @Override
        Link connect(int port, Certification certification) throws IOException {
            return new PlainLink(port);
        }
    },
    /** The product's transport without encryption. */
    PLAIN {
        @Override
        int serve(Certification certification) throws IOException {
            return new HowdahServer(transport("server", identity())).start();
        }

        @Override
        Link connect(int port, Certification certification) {
            return new HowdahLink(transport("client", identity()), port);
        }
    },
    /** The product's transport as jobs have it. */
    TLS {
        @Override
        int serve(Certification certification) throws IOException {
            return new HowdahServer(transport("server", identity().withTls(certification.identity()))).start();
        }

        @Override
        Link connect(int port, Certification certification) throws IOException {
            return new HowdahLink(transport("client", identity().withTls(certification.identity())), port);
        }
    };

    private static final int SECRET_BYTES = 32;

    /** Begins to serve in this process; returns the port. */
    abstract int serve(Certification certification) throws IOException;

    /** Connects to another process's server. */
    abstract Link connect(int port, Certification certification) throws IOException;

    private static JobIdentity identity() {
        // Both processes run for this measurement alone; what they exchange is no secret.
        return new JobIdentity(Certification.JOB, 1, new byte[SECRET_BYTES]);
    }

    private static Transport transport(String name, JobIdentity identity) {
        return new Transport(
                new ConnectionSettings(identity, PsCommand.LARGEST, 4L * PsCommand.LARGEST, new Counters()), name);
    }
}
