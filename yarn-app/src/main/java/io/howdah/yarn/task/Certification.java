// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import com.google.protobuf.ByteString;
import io.howdah.ps.tls.IssuedCertificate;
import io.howdah.ps.tls.TlsIdentity;
import io.howdah.ps.tls.TlsKeys;
import io.howdah.yarn.umbilical.UmbilicalClient;
import io.howdah.yarn.umbilical.proto.Certificate;
import io.howdah.yarn.umbilical.proto.CertificateRequest;
import io.howdah.yarn.umbilical.proto.TaskKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a task comes by its certificate: it makes keys, and the ApplicationMaster certifies the public one. */
final class Certification {
    private static final Logger LOG = LoggerFactory.getLogger(Certification.class);

    private Certification() {}

    /** The identity of {@code task}; its private key is made here and stays here. */
    static TlsIdentity of(Calls calls, TaskKey task) {
        long started = System.nanoTime();
        TlsKeys keys = TlsKeys.generate();
        CertificateRequest request = CertificateRequest.newBuilder()
                .setTask(task)
                .setPublicKey(ByteString.copyFrom(keys.publicKey()))
                .build();
        try {
            Certificate certificate = calls.certify(request);
            TlsIdentity identity = keys.certified(IssuedCertificate.of(
                    certificate.getCertificate().toByteArray(),
                    certificate.getAuthority().toByteArray()));
            LOG.info("Certified as {} after {} ms", identity, (System.nanoTime() - started) / 1_000_000);
            return identity;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot get a certificate: " + e.getMessage(), e);
        }
    }

    /** The call that this class makes; {@link UmbilicalClient#certify} in a container. */
    @FunctionalInterface
    interface Calls {
        Certificate certify(CertificateRequest request) throws IOException;
    }
}
