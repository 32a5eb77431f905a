// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The certificate authority of one job. Its key exists in memory only, from {@link #create} to the end of the process, and
 * certifies the processes of that job and nothing else. Safe for concurrent use.
 */
public final class JobAuthority {
    /** How far clocks of a cluster may differ. */
    private static final Duration SKEW = Duration.ofHours(1);

    /**
     * How long the authority and all that it certifies are valid: longer than any job. Nobody who trusts the authority, whose
     * key is in one process's memory, is left after the job; an earlier end would only keep long jobs from connecting anew.
     */
    static final Duration LIFETIME = Duration.ofDays(3660);

    private final String jobId;
    private final InstantSource clock;
    private final TlsKeys keys;
    private final CertificateWriter writer;
    private final Instant end;
    private final X509Certificate certificate;

    JobAuthority(String jobId, InstantSource clock) {
        CertifiedName.checkJobId(jobId);
        this.jobId = jobId;
        this.clock = clock;
        this.keys = TlsKeys.generate();
        this.writer = new CertificateWriter(jobId, keys.publicHalf(), keys.privateHalf());
        Instant now = clock.instant();
        this.end = now.plus(LIFETIME);
        try {
            this.certificate = IssuedCertificate.read(writer.authority(now.minus(SKEW), end));
        } catch (GeneralSecurityException e) {
            throw cannotSign("its authority", e);
        }
    }

    /** A new authority for the job {@code jobId}, which may hold letters, digits and {@code ._-}. */
    public static JobAuthority create(String jobId) {
        return new JobAuthority(jobId, Clock.systemUTC());
    }

    /** The authority's own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Certifies a process of this job, for as long as the job may last.
     *
     * @param name whom the certificate names
     * @param publicKey from {@link TlsKeys#publicKey}
     * @throws IllegalArgumentException if the name is of another job, or the key not on the curve P-256
     */
    public IssuedCertificate certify(CertifiedName name, byte[] publicKey) {
        if (!name.jobId().equals(jobId)) {
            throw new IllegalArgumentException("Cannot certify " + name + ": jobId=" + name.jobId() + ", expected "
                    + jobId + "; ask that job's authority");
        }
        return certify(name, publicKey, clock.instant().minus(SKEW), end);
    }

    IssuedCertificate certify(CertifiedName name, byte[] publicKey, Instant from, Instant until) {
        PublicKey key = keys.readOther(publicKey);
        try {
            byte[] written = writer.process(name, key, from, until);
            return new IssuedCertificate(IssuedCertificate.read(written), certificate);
        } catch (GeneralSecurityException e) {
            throw cannotSign(name.toString(), e);
        }
    }

    /** Keys and certificate in one, where authority and processes live together: in tests and benchmarks. */
    public TlsIdentity identity(String role, int index) {
        TlsKeys own = TlsKeys.generate();
        return own.certified(certify(new CertifiedName(jobId, role, index, 0), own.publicKey()));
    }

    private static IllegalStateException cannotSign(String what, GeneralSecurityException cause) {
        return new IllegalStateException(
                "Cannot certify " + what + ": " + cause.getMessage()
                        + ", expected a Java with SHA256withECDSA; use another, or switch howdah.ps.tls off",
                cause);
    }
}
