// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.howdah.ps.tls.TlsIdentity;
import org.jspecify.annotations.Nullable;

/** What a process must know to belong to a job. The secret never leaves the process and never appears in a text. */
public final class JobIdentity {
    private static final int SECRET_BYTES = 32;

    private final String jobId;
    private final long generation;
    private final byte[] secret;
    private final @Nullable TlsIdentity tls;

    /**
     * An identity for connections that are authenticated but not encrypted; {@link #withTls} gives one for both.
     *
     * @param jobId name of the job
     * @param generation counts the times the job's processes were put together anew; older ones are fenced
     * @param secret the job's 32 random bytes
     */
    public JobIdentity(String jobId, long generation, byte[] secret) {
        this(jobId, generation, secret, null);
    }

    private JobIdentity(String jobId, long generation, byte[] secret, @Nullable TlsIdentity tls) {
        if (secret.length < SECRET_BYTES) {
            throw new IllegalArgumentException("Cannot make job identity: secretBytes=" + secret.length
                    + ", expected at least " + SECRET_BYTES + "; take them from a secure random source");
        }
        this.jobId = jobId;
        this.generation = generation;
        this.secret = secret.clone();
        this.tls = tls;
    }

    /** This identity, for connections that are encrypted with TLS too. */
    public JobIdentity withTls(TlsIdentity certified) {
        return new JobIdentity(jobId, generation, secret, certified);
    }

    public String jobId() {
        return jobId;
    }

    public long generation() {
        return generation;
    }

    byte[] secret() {
        return secret.clone();
    }

    @Nullable
    TlsIdentity tls() {
        return tls;
    }

    @Override
    public String toString() {
        return jobId + " generation " + generation;
    }
}
