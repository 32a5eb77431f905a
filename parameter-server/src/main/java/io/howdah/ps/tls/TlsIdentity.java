// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** What a process shows to its peers and asks of them: its key and certificate, and the one authority it trusts. */
public final class TlsIdentity {
    private final PrivateKey key;
    private final IssuedCertificate issued;

    TlsIdentity(PrivateKey key, IssuedCertificate issued) {
        this.key = key;
        this.issued = issued;
    }

    public PrivateKey key() {
        return key;
    }

    public X509Certificate certificate() {
        return issued.certificate();
    }

    public X509Certificate authority() {
        return issued.authority();
    }

    /** Whom the certificate names; never the key. */
    @Override
    public String toString() {
        return CertifiedName.of(issued.certificate()).toString();
    }
}
