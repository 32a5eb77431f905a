// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.howdah.ps.tls.TlsIdentity;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 for the connections of one process, mutual: both ends must show a certificate of the job's authority. Names of
 * hosts play no part, since certificates name tasks. Sessions are not resumed: every connection shows its certificates.
 */
final class TlsContexts implements AutoCloseable {
    private static final String PROTOCOL = "TLSv1.3";

    /** How long an end that closes waits for a peer that reads nothing. */
    private static final long GOODBYE_MS = 500;

    /** The fastest first, where the processor has AES instructions. */
    private static final List<String> CIPHERS =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private final TlsIdentity identity;
    private final SslContext accepting;
    private final SslContext connecting;
    private boolean closed;

    TlsContexts(TlsIdentity identity, TlsEngine engine) {
        this.identity = identity;
        try {
            this.accepting = shared(
                            SslContextBuilder.forServer(identity.key(), identity.certificate()), identity, engine)
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
            this.connecting = shared(SslContextBuilder.forClient(), identity, engine)
                    .keyManager(identity.key(), identity.certificate())
                    .endpointIdentificationAlgorithm(null)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(
                    "Cannot set up TLS: engine=" + engine + " " + e.getMessage()
                            + ", expected one with TLS 1.3 and P-256; use another Java, or switch howdah.ps.tls off",
                    e);
        }
    }

    /** Those of a process that has a certificate, with the best engine; null where connections are plain. */
    static @Nullable TlsContexts of(JobIdentity identity) {
        TlsIdentity own = identity.tls();
        return own == null ? null : new TlsContexts(own, TlsEngine.choose());
    }

    private static SslContextBuilder shared(SslContextBuilder builder, TlsIdentity identity, TlsEngine engine) {
        return builder.sslProvider(engine.provider())
                .protocols(PROTOCOL)
                .trustManager(identity.authority())
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .sessionTimeout(1);
    }

    /** Encrypts a channel that was accepted; the binding is known once TLS has shaken hands. */
    Supplier<ChannelBinding> accept(Channel channel) {
        SSLEngine engine = install(accepting, channel);
        return () -> ChannelBinding.accepted(identity.certificate(), other(engine));
    }

    /** Encrypts a channel that is being connected; the binding is known once TLS has shaken hands. */
    Supplier<ChannelBinding> connect(Channel channel) {
        SSLEngine engine = install(connecting, channel);
        return () -> ChannelBinding.connected(identity.certificate(), other(engine));
    }

    private static SSLEngine install(SslContext context, Channel channel) {
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(0); // ConnectionEvents watches over both handshakes together
        handler.setCloseNotifyFlushTimeoutMillis(GOODBYE_MS);
        channel.pipeline().addLast(handler);
        return handler.engine();
    }

    private static X509Certificate other(SSLEngine engine) {
        try {
            return (X509Certificate) engine.getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new ProtocolException("no certificate, expected that of a process of this job");
        }
    }

    /** Once the connections are gone. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            ReferenceCountUtil.release(accepting);
            ReferenceCountUtil.release(connecting);
        }
    }
}
