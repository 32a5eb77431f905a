// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import io.howdah.ps.tls.CertifiedName;
import io.howdah.ps.tls.IssuedCertificate;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.ps.tls.TlsIdentity;
import io.howdah.ps.tls.TlsKeys;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.util.Base64;
import java.util.function.Consumer;

/** Where a process of the benchmark has its certificate from. */
interface Certification {
    String JOB = "benchmark";

    /** A key and a certificate. */
    TlsIdentity identity() throws IOException;

    /** The command's process, which is the authority. */
    static Certification by(JobAuthority authority) {
        return () -> authority.identity("worker", 0);
    }

    /** A server's process, which asks the command for its certificate by lines of text. */
    static Certification over(BufferedReader input, Consumer<String> output) {
        return () -> {
            TlsKeys keys = TlsKeys.generate();
            output.accept(Base64.getEncoder().encodeToString(keys.publicKey()));
            return keys.certified(IssuedCertificate.of(decoded(input), decoded(input)));
        };
    }

    /** The command's answer to such a server. */
    static void certify(JobAuthority authority, BufferedReader input, Consumer<String> output) throws IOException {
        IssuedCertificate issued = authority.certify(new CertifiedName(JOB, "server", 0, 0), decoded(input));
        output.accept(Base64.getEncoder().encodeToString(issued.encodedCertificate()));
        output.accept(Base64.getEncoder().encodeToString(issued.encodedAuthority()));
    }

    private static byte[] decoded(BufferedReader input) throws IOException {
        String line = input.readLine();
        if (line == null) {
            throw new EOFException("Cannot certify: the other process ended, expected a line; see its errors");
        }
        return Base64.getDecoder().decode(line);
    }
}
