// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** An authority whose clock a test sets. */
public final class ClockedAuthority {
    private final AtomicReference<Instant> now;
    private final JobAuthority authority;

    public ClockedAuthority(String jobId, Instant now) {
        this.now = new AtomicReference<>(now);
        this.authority = new JobAuthority(jobId, this.now::get);
    }

    public JobAuthority authority() {
        return authority;
    }

    public void now(Instant instant) {
        now.set(instant);
    }

    /** A process of the job with a certificate that the authority has signed for a time of its own. */
    public TlsIdentity identity(CertifiedName name, Instant from, Instant until) {
        TlsKeys own = TlsKeys.generate();
        return own.certified(authority.certify(name, own.publicKey(), from, until));
    }
}
