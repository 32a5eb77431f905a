// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import org.jspecify.annotations.Nullable;

/** A process's fresh key pair on the curve P-256. The private key never leaves the process. */
public final class TlsKeys {
    private final KeyPair pair;

    private TlsKeys(KeyPair pair) {
        this.pair = pair;
    }

    public static TlsKeys generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new TlsKeys(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Cannot make keys: algorithm=EC curve=secp256r1, expected a Java that has both; use another, or"
                            + " switch howdah.ps.tls off",
                    e);
        }
    }

    /** The public key as X.509's SubjectPublicKeyInfo, which is what an authority certifies. */
    public byte[] publicKey() {
        return pair.getPublic().getEncoded();
    }

    /**
     * The identity of the process that holds these keys.
     *
     * @throws IllegalArgumentException if the certificate is for other keys or not by the authority beside it
     */
    public TlsIdentity certified(IssuedCertificate issued) {
        try {
            issued.certificate().verify(issued.authority().getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "Cannot use certificate: it is not signed by the authority beside it, expected that of this job;"
                            + " ask the job's authority again",
                    e);
        }
        if (!issued.certificate().getPublicKey().equals(pair.getPublic())) {
            throw new IllegalArgumentException("Cannot use certificate: it is for another key, expected this process's;"
                    + " ask the job's authority again");
        }
        return new TlsIdentity(pair.getPrivate(), issued);
    }

    PublicKey publicHalf() {
        return pair.getPublic();
    }

    PrivateKey privateHalf() {
        return pair.getPrivate();
    }

    /** Reads what {@link #publicKey} gave; refuses all but points of the curve P-256. */
    PublicKey readOther(byte[] publicKey) {
        try {
            PublicKey read = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(publicKey));
            ECPublicKey own = (ECPublicKey) pair.getPublic();
            if (((ECPublicKey) read)
                    .getParams()
                    .getCurve()
                    .equals(own.getParams().getCurve())) {
                return read;
            }
        } catch (GeneralSecurityException e) {
            throw refused(publicKey, e);
        }
        throw refused(publicKey, null);
    }

    private static IllegalArgumentException refused(byte[] publicKey, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "Cannot certify key: bytes=" + publicKey.length + ", expected a key on the curve P-256; make one with"
                        + " TlsKeys.generate",
                cause);
    }
}
