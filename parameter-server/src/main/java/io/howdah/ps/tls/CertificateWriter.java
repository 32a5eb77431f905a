// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the two kinds of X.509 certificates (RFC 5280, version 3) that a job has: its authority's, signed by itself, and
 * those of its processes, signed by the authority. All keys are on the curve P-256, all signatures ECDSA with SHA-256.
 */
final class CertificateWriter {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ORGANISATION = "2.5.4.10";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final byte[] SERVER_AUTHENTICATION = Der.oid("1.3.6.1.5.5.7.3.1");
    private static final byte[] CLIENT_AUTHENTICATION = Der.oid("1.3.6.1.5.5.7.3.2");
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int SIGN_CERTIFICATES = 5;
    private static final int URI = 6;
    private static final int SERIAL_BITS = 127;
    private static final int KEY_IDENTIFIER_BYTES = 20;

    private final String jobId;
    private final PublicKey authority;
    private final PrivateKey signing;
    private final SecureRandom random = new SecureRandom();

    CertificateWriter(String jobId, PublicKey authority, PrivateKey signing) {
        this.jobId = jobId;
        this.authority = authority;
        this.signing = signing;
    }

    /** The authority's own certificate: it may sign others, which may sign none. */
    byte[] authority(Instant from, Instant until) throws GeneralSecurityException {
        byte[] endsHere = Der.sequence(Der.yes(), Der.integer(0));
        return certificate(
                authorityName(),
                authority,
                Der.sequence(Der.time(from), Der.time(until)),
                List.of(
                        critical(BASIC_CONSTRAINTS, endsHere),
                        critical(KEY_USAGE, Der.namedBit(SIGN_CERTIFICATES)),
                        extension(SUBJECT_KEY_IDENTIFIER, Der.octets(keyIdentifier(authority)))));
    }

    /** A process's certificate. Only one whose role is {@code server} may be listened with; all may connect. */
    byte[] process(CertifiedName name, PublicKey key, Instant from, Instant until) throws GeneralSecurityException {
        byte[] uri = name.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] usages = name.role().equals("server")
                ? Der.sequence(SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION)
                : Der.sequence(CLIENT_AUTHENTICATION);
        return certificate(
                name(name.role() + " " + name.index()),
                key,
                Der.sequence(Der.time(from), Der.time(until)),
                List.of(
                        critical(BASIC_CONSTRAINTS, Der.sequence()),
                        critical(KEY_USAGE, Der.namedBit(DIGITAL_SIGNATURE)),
                        extension(EXTENDED_KEY_USAGE, usages),
                        extension(SUBJECT_ALTERNATIVE_NAME, Der.sequence(Der.implicit(URI, uri))),
                        extension(AUTHORITY_KEY_IDENTIFIER, Der.sequence(Der.implicit(0, keyIdentifier(authority))))));
    }

    private byte[] certificate(byte[] subject, PublicKey key, byte[] validity, List<byte[]> extensions)
            throws GeneralSecurityException {
        byte[] content = Der.sequence(
                Der.explicit(0, Der.integer(2)), // version 3
                Der.integer(new BigInteger(SERIAL_BITS, random)),
                ECDSA_WITH_SHA256,
                authorityName(),
                validity,
                subject,
                key.getEncoded(),
                Der.explicit(3, Der.sequence(extensions)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signing, random);
        signature.update(content);
        return Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    }

    private byte[] authorityName() {
        return name("authority");
    }

    private byte[] name(String commonName) {
        return Der.sequence(
                Der.set(Der.sequence(Der.oid(ORGANISATION), Der.text(jobId))),
                Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(commonName))));
    }

    private static byte[] critical(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value));
    }

    private static byte[] extension(String oid, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.octets(value));
    }

    /** The first 160 bits of SHA-256 over the key (RFC 7093, 2, method 4). */
    private static byte[] keyIdentifier(PublicKey key) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
        return Arrays.copyOf(hash, KEY_IDENTIFIER_BYTES);
    }
}
