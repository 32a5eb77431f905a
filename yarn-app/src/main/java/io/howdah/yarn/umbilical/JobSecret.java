// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import java.security.SecureRandom;
import javax.crypto.SecretKey;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.SecretManager;
import org.apache.hadoop.security.token.Token;

/**
 * The secret that all processes of one job share. The client makes it; it travels only in container credentials. Tokens
 * of the umbilical are derived from it: password = HMAC(secret, identifier).
 */
public final class JobSecret extends SecretManager<JobTokenIdentifier> {
    private static final Text ALIAS = new Text("howdah.job.secret");
    private static final int BYTES = 32;

    private final byte[] bytes;
    private final SecretKey key;

    private JobSecret(byte[] bytes) {
        this.bytes = bytes;
        this.key = createSecretKey(bytes);
    }

    /** A new random secret. */
    public static JobSecret generate() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new JobSecret(bytes);
    }

    /**
     * The secret that {@link #addTo} put into these credentials.
     *
     * @throws IllegalStateException if there is none
     */
    public static JobSecret from(Credentials credentials) {
        byte[] bytes = credentials.getSecretKey(ALIAS);
        if (bytes == null) {
            throw new IllegalStateException("Cannot authenticate: the credentials hold no " + ALIAS
                    + ", expected the job's secret; start this process through the ApplicationMaster");
        }
        return new JobSecret(bytes);
    }

    public void addTo(Credentials credentials) {
        credentials.addSecretKey(ALIAS, bytes);
    }

    /** The raw secret, for the data plane's handshake. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** A user whose connections to the ApplicationMaster carry this job's token. */
    public UserGroupInformation user(String applicationId) {
        UserGroupInformation user = UserGroupInformation.createRemoteUser(applicationId);
        user.addToken(new Token<>(new JobTokenIdentifier(applicationId), this));
        return user;
    }

    @Override
    protected byte[] createPassword(JobTokenIdentifier identifier) {
        return createPassword(identifier.getBytes(), key);
    }

    @Override
    public byte[] retrievePassword(JobTokenIdentifier identifier) {
        return createPassword(identifier.getBytes(), key);
    }

    @Override
    public JobTokenIdentifier createIdentifier() {
        return new JobTokenIdentifier();
    }
}
