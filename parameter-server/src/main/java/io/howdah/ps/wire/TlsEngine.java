// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who encrypts: BoringSSL where its native library loads, else the JDK, which takes about twice the processor time. */
enum TlsEngine {
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    JDK(SslProvider.JDK);

    private static final Logger LOG = LoggerFactory.getLogger(TlsEngine.class);

    private final SslProvider provider;

    TlsEngine(SslProvider provider) {
        this.provider = provider;
    }

    /** The best that works here; says so in the log. */
    static TlsEngine choose() {
        if (BORINGSSL.isAvailable()) {
            LOG.info("TLS uses {}", OpenSsl.versionString());
            return BORINGSSL;
        }
        String reason = OpenSsl.isAvailable()
                ? OpenSsl.versionString() + " has no TLS 1.3"
                : String.valueOf(OpenSsl.unavailabilityCause());
        LOG.info("TLS uses the JDK, because BoringSSL does not load: {}", reason);
        return JDK;
    }

    boolean isAvailable() {
        return this == JDK || OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(provider);
    }

    SslProvider provider() {
        return provider;
    }
}
