// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * What a job's authority hands out.
 *
 * @param certificate of the process
 * @param authority the authority's own, the only one that the process is to trust
 */
public record IssuedCertificate(X509Certificate certificate, X509Certificate authority) {
    /**
     * From what the two {@code encoded} methods gave.
     *
     * @throws IllegalArgumentException if these are no certificates
     */
    public static IssuedCertificate of(byte[] certificate, byte[] authority) {
        return new IssuedCertificate(read(certificate), read(authority));
    }

    /** DER of the process's certificate. */
    public byte[] encodedCertificate() {
        return encoded(certificate);
    }

    /** DER of the authority's certificate. */
    public byte[] encodedAuthority() {
        return encoded(authority);
    }

    static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it was read from its encoding
        }
    }

    static X509Certificate read(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    "Cannot read certificate: bytes=" + der.length
                            + ", expected X.509 in DER; both ends must run the same version",
                    e);
        }
    }
}
