// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.howdah.ps.proto.Gradient;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.ps.tls.TlsIdentity;
import io.howdah.trainer.sync.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Processes of one job over TLS, with every pair of engines. */
class TlsTransportTest {
    private static final int BODY_LIMIT = 1 << 20;
    private static final Peer WORKER = new Peer(Role.WORKER, 3);
    private static final JobAuthority AUTHORITY = JobAuthority.create("job");

    @RegisterExtension
    static final LeakWatch LEAKS = new LeakWatch();

    static List<TlsEngine> engines() {
        return Arrays.stream(TlsEngine.values()).filter(TlsEngine::isAvailable).toList();
    }

    static Stream<Arguments> pairs() {
        return engines().stream().flatMap(server -> engines().stream().map(client -> arguments(server, client)));
    }

    private static Transport transport(TlsIdentity certified, TlsEngine engine, Counters counters) {
        byte[] secret = new byte[32];
        JobIdentity identity = new JobIdentity("job", 4, secret).withTls(certified);
        ConnectionSettings settings = new ConnectionSettings(identity, BODY_LIMIT, 3L * BODY_LIMIT, counters);
        return new Transport(settings, engine.name(), null, SocketIo.choose(), new TlsContexts(certified, engine));
    }

    private static InetSocketAddress listen(Transport server, RecordingListener listener) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new InetSocketAddress(loopback, server.listen(new InetSocketAddress(loopback, 0), listener));
    }

    /** What ships is on the class path of the tests: where it does not load, the tests below would prove half. */
    @Test
    void boringSslLoadsOnItsPlatforms() {
        assertThat(TlsEngine.BORINGSSL.isAvailable()).isTrue();
        assertThat(TlsEngine.choose()).isEqualTo(TlsEngine.BORINGSSL);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void bodiesArriveWholeBothWaysInSmallRecords(TlsEngine accepting, TlsEngine connecting) throws Exception {
        Counters counters = new Counters();
        RecordingListener atServer = new RecordingListener();
        RecordingListener atClient = new RecordingListener();
        try (CapturedLog log = new CapturedLog();
                Transport server = transport(AUTHORITY.identity("server", 0), accepting, counters);
                Transport client = transport(AUTHORITY.identity("worker", 3), connecting, counters);
                RecordRelay relay = new RecordRelay(listen(server, atServer))) {
            client.connect(relay.address(), WORKER, Duration.ofSeconds(5), atClient, reason -> {});
            Connection there = atClient.takeOpened();
            Connection here = atServer.takeOpened();
            assertThat(here.peer()).isEqualTo(WORKER);
            for (int bodyBytes : new int[] {1, 16 << 10, BODY_LIMIT - 5, BODY_LIMIT}) {
                client.execute(() -> send(there, bodyBytes));
                check(atServer.takeFrame(), bodyBytes, server);
                server.execute(() -> send(here, bodyBytes));
                check(atClient.takeFrame(), bodyBytes, client);
            }
            assertThat(relay.longestRecord()).isBetween(16 << 10, (16 << 10) + 256);
            client.execute(() -> there.close("enough"));
            assertThat(atClient.takeClosed()).isEqualTo("enough");
            atServer.takeClosed();
            assertThat(counters.value(Counter.BYTES_SENT)).isEqualTo(counters.value(Counter.BYTES_RECEIVED));
            assertThat(counters.value(Counter.REFUSED)).isZero();
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    private static void send(Connection connection, int bodyBytes) {
        connection.send(FrameType.GRADIENT, Gradient.getDefaultInstance(), bodyBytes, into -> {
            for (int i = 0; i < bodyBytes; i++) {
                into.put((byte) (i % 251));
            }
        });
    }

    private static void check(ReceivedFrame frame, int bodyBytes, Transport owner) {
        ByteBuffer body = frame.body().bytes();
        assertThat(body.remaining()).isEqualTo(bodyBytes);
        for (int i = 0; i < bodyBytes; i++) {
            if (body.get(i) != (byte) (i % 251)) {
                throw new AssertionError("byte " + i + " of " + bodyBytes + " is " + body.get(i));
            }
        }
        owner.execute(() -> frame.body().release());
    }

    @ParameterizedTest
    @MethodSource("engines")
    void readingPausesWhileTooMuchIsHeld(TlsEngine engine) throws Exception {
        RecordingListener atServer = new RecordingListener();
        RecordingListener atClient = new RecordingListener();
        try (Transport server = transport(AUTHORITY.identity("server", 0), engine, new Counters());
                Transport client = transport(AUTHORITY.identity("worker", 3), engine, new Counters())) {
            client.connect(listen(server, atServer), WORKER, Duration.ofSeconds(5), atClient, reason -> {});
            Connection there = atClient.takeOpened();
            int total = 24;
            client.execute(() -> {
                for (int i = 0; i < total; i++) {
                    there.send(
                            FrameType.GRADIENT, Gradient.newBuilder().setStep(i).build(), BODY_LIMIT, into -> {});
                }
            });
            for (int i = 0; i < total; i++) {
                ReceivedFrame frame = atServer.takeFrame();
                assertThat(frame.header(Gradient.class).getStep()).isEqualTo(i);
                assertThat(atServer.framesWaiting()).as("beside the one taken").isLessThanOrEqualTo(4);
                server.execute(() -> frame.body().release());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void nothingLeaksWhenOneEndGoesWhileMuchWaits(TlsEngine engine) throws Exception {
        RecordingListener atServer = new RecordingListener();
        RecordingListener atClient = new RecordingListener();
        AtomicInteger released = new AtomicInteger();
        int total = 64;
        try (Transport server = transport(AUTHORITY.identity("server", 0), engine, new Counters())) {
            try (Transport client = transport(AUTHORITY.identity("worker", 3), engine, new Counters())) {
                client.connect(listen(server, atServer), WORKER, Duration.ofSeconds(5), atClient, reason -> {});
                Connection there = atClient.takeOpened();
                client.execute(() -> {
                    for (int i = 0; i < total; i++) {
                        there.send(FrameType.GRADIENT, Gradient.getDefaultInstance(), counted(released));
                    }
                });
                // The server holds on to what it gets, so that most cannot be sent.
                for (int i = 0; i < 3; i++) {
                    ReceivedFrame frame = atServer.takeFrame();
                    server.execute(() -> frame.body().release());
                }
            }
            assertThat(atClient.takeClosed()).isNotEmpty();
            assertThat(released).as("sent or given up").hasValue(total);
        }
        while (atServer.framesWaiting() > 0) {
            atServer.takeFrame().body().release();
        }
    }

    private static Payload counted(AtomicInteger released) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(BODY_LIMIT);
        return new Payload() {
            @Override
            public ByteBuffer bytes() {
                return bytes;
            }

            @Override
            public void release() {
                released.incrementAndGet();
            }
        };
    }

    @ParameterizedTest
    @MethodSource("engines")
    void onlyAServersCertificateServes(TlsEngine engine) throws Exception {
        assertThat(refusal(AUTHORITY.identity("worker", 0), engine)).startsWith("the handshake failed");
        assertThat(refusal(JobAuthority.create("job").identity("server", 0), engine))
                .startsWith("the handshake failed");
    }

    /** What a good worker says of a server that shows {@code shown}. */
    private static String refusal(TlsIdentity shown, TlsEngine engine) throws Exception {
        CompletableFuture<String> failed = new CompletableFuture<>();
        RecordingListener atServer = new RecordingListener();
        RecordingListener atClient = new RecordingListener();
        try (CapturedLog log = new CapturedLog();
                Transport server = transport(shown, engine, new Counters());
                Transport client = transport(AUTHORITY.identity("worker", 3), engine, new Counters())) {
            client.connect(listen(server, atServer), WORKER, Duration.ofSeconds(5), atClient, failed::complete);
            String reason = failed.get(20, TimeUnit.SECONDS);
            assertThat(atServer.hasOpened()).isFalse();
            assertThat(atClient.hasOpened()).isFalse();
            assertThat(log.lines("WARN")).as("one for each end").hasSizeLessThanOrEqualTo(2);
            return reason;
        }
    }
}
