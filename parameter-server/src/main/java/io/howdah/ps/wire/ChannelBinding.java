// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.howdah.ps.tls.CertifiedName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The encrypted channel that a handshake runs in, as both its ends see it: SHA-256 of both certificates. Proofs that are
 * bound to it are worth nothing in another channel, so nobody in between can pass them on.
 *
 * @param serverHash of the certificate of the end that accepted
 * @param peerHash of the certificate of the end that connected
 * @param other whom the other end's certificate names; null where the channel is plain, and both hashes zero
 */
record ChannelBinding(
        byte[] serverHash, byte[] peerHash, @Nullable CertifiedName other) {
    static final int HASH_BYTES = 32;

    /** A channel without TLS. */
    static final ChannelBinding PLAIN = new ChannelBinding(new byte[HASH_BYTES], new byte[HASH_BYTES], null);

    /** As the end that accepted the connection sees it. */
    static ChannelBinding accepted(X509Certificate own, X509Certificate other) {
        return new ChannelBinding(hash(own), hash(other), name(other));
    }

    /** As the end that made the connection sees it. */
    static ChannelBinding connected(X509Certificate own, X509Certificate other) {
        return new ChannelBinding(hash(other), hash(own), name(other));
    }

    /** Refuses a peer that says it is {@code peer} but has the certificate of another. */
    void checkPeer(String jobId, Peer peer) {
        boolean same = other == null || isOf(jobId, peer.role()) && other.index() == peer.index();
        if (!same) {
            throw new ProtocolException("certificate=" + other + ", expected that of " + peer + " of this job");
        }
    }

    /** Refuses an end that was connected to but has no server's certificate. */
    void checkServer(String jobId) {
        if (other != null && !isOf(jobId, Role.SERVER)) {
            throw new ProtocolException("certificate=" + other + ", expected that of a server of this job");
        }
    }

    private boolean isOf(String jobId, Role role) {
        return other != null
                && other.jobId().equals(jobId)
                && other.role().equals(role.name().toLowerCase(Locale.ROOT));
    }

    private static CertifiedName name(X509Certificate certificate) {
        try {
            return CertifiedName.of(certificate);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(String.valueOf(e.getMessage()));
        }
    }

    private static byte[] hash(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256, and TLS read the certificate
        }
    }
}
