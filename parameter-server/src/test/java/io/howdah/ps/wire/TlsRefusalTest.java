// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.proto.Challenge;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Hello;
import io.howdah.ps.proto.Welcome;
import io.howdah.ps.tls.CertifiedName;
import io.howdah.ps.tls.ClockedAuthority;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.ps.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever does not belong to the job: the server closes the connection, says so in one line, and serves a good worker on
 * as if nothing had been.
 */
class TlsRefusalTest {
    @RegisterExtension
    static final LeakWatch LEAKS = new LeakWatch();

    private static final long SEED = 20_260_301;
    private static final int BODY_LIMIT = 1 << 16;
    private static final long GENERATION = 4;
    private static final Peer GOOD = new Peer(Role.WORKER, 0);
    private static final Peer WORKER = new Peer(Role.WORKER, 3);
    private static final ClockedAuthority CLOCKED = new ClockedAuthority("job", Instant.now());
    private static final JobAuthority AUTHORITY = CLOCKED.authority();
    private static final TlsIdentity CERTIFIED = AUTHORITY.identity("worker", 3);
    private static final TlsIdentity SERVER = AUTHORITY.identity("server", 0);

    private final CapturedLog log = new CapturedLog();
    private final Counters counters = new Counters();
    private final RecordingListener atServer = new RecordingListener();
    private final RecordingListener atClient = new RecordingListener();
    private Transport server;
    private Transport client;
    private Connection good;
    private InetSocketAddress address;
    private long steps;

    static List<TlsEngine> engines() {
        return TlsTransportTest.engines();
    }

    private static JobIdentity identity(int secretByte) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) secretByte);
        return new JobIdentity("job", GENERATION, secret);
    }

    private static Transport transport(TlsIdentity certified, TlsEngine engine, Counters counters) {
        JobIdentity identity = identity(1).withTls(certified);
        ConnectionSettings settings = new ConnectionSettings(identity, BODY_LIMIT, 3L * BODY_LIMIT, counters);
        return new Transport(settings, engine.name(), null, SocketIo.choose(), new TlsContexts(certified, engine));
    }

    /** A server and a good worker, connected. */
    private void open(TlsEngine engine) throws Exception {
        server = transport(SERVER, engine, counters);
        client = transport(AUTHORITY.identity("worker", 0), engine, new Counters());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        address = new InetSocketAddress(loopback, server.listen(new InetSocketAddress(loopback, 0), atServer));
        client.connect(address, GOOD, Duration.ofSeconds(5), atClient, reason -> {});
        good = atClient.takeOpened();
        assertThat(atServer.takeOpened().peer()).isEqualTo(GOOD);
    }

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
        log.close();
    }

    /** One more refusal was counted and logged, with {@code reason}; the good worker is served, and nobody else was. */
    private void assertRefusedOnce(String reason) throws Exception {
        long before = steps++;
        client.execute(() -> good.send(
                FrameType.GRADIENT, Gradient.newBuilder().setStep(before).build(), 9, into -> {}));
        ReceivedFrame frame = atServer.takeFrame();
        assertThat(frame.header(Gradient.class).getStep()).isEqualTo(before);
        server.execute(() -> frame.body().release());
        List<String> warnings = log.lines("WARN");
        assertThat(warnings).hasSize((int) steps);
        assertThat(warnings.get((int) before)).contains("Refused connection").contains(reason);
        assertThat(log.lines("ERROR")).isEmpty();
        assertThat(counters.value(Counter.REFUSED)).isEqualTo(steps);
        assertThat(atServer.hasOpened()).isFalse();
    }

    private void tell(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(bytes);
            FrameBytes.assertClosed(socket);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void bytesThatAreNoTls(TlsEngine engine) throws Exception {
        open(engine);
        tell("GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertRefusedOnce("no TLS");
        tell(FrameBytes.of(FrameType.HELLO, Hello.getDefaultInstance(), GENERATION));
        assertRefusedOnce("no TLS");
        SplittableRandom random = new SplittableRandom(SEED);
        System.out.println("seed=" + SEED);
        for (int length : new int[] {5, 100, 5000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            bytes[0] = (byte) (length % 20); // not a type of record
            tell(bytes);
            assertRefusedOnce("no TLS");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void recordsThatHoldNonsense(TlsEngine engine) throws Exception {
        open(engine);
        SplittableRandom random = new SplittableRandom(SEED);
        System.out.println("seed=" + SEED);
        for (int type = 20; type <= 24; type++) {
            byte[] record = new byte[5 + 300];
            random.nextBytes(record);
            record[0] = (byte) type;
            record[1] = 3;
            record[2] = 3;
            record[3] = 300 >> 8;
            record[4] = (byte) 300;
            tell(record);
            assertRefusedOnce("TLS: ");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anOlderTls(TlsEngine engine) throws Exception {
        open(engine);
        try (SSLSocket socket = new JdkTls(CERTIFIED).connect(address, "TLSv1.2")) {
            throw new AssertionError("shook hands with " + socket.getSession().getProtocol());
        } catch (IOException e) {
            assertRefusedOnce("TLS: ");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noCertificate(TlsEngine engine) throws Exception {
        open(engine);
        assertClosed(new JdkTls(null));
        assertRefusedOnce("TLS: ");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anotherAuthoritysCertificate(TlsEngine engine) throws Exception {
        open(engine);
        assertClosed(new JdkTls(JobAuthority.create("job").identity("worker", 3)));
        assertRefusedOnce("TLS: ");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aCertificateOutsideItsTime(TlsEngine engine) throws Exception {
        open(engine);
        Instant now = Instant.now();
        CertifiedName name = new CertifiedName("job", "worker", 3, 0);
        assertClosed(new JdkTls(CLOCKED.identity(name, now.plusSeconds(3600), now.plusSeconds(7200))));
        assertRefusedOnce("TLS: ");
        assertClosed(new JdkTls(CLOCKED.identity(name, now.minusSeconds(7200), now.minusSeconds(2))));
        assertRefusedOnce("TLS: ");
    }

    private void assertClosed(JdkTls stranger) throws Exception {
        try (SSLSocket socket = stranger.connect(address)) {
            FrameBytes.assertClosed(socket);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void headersAndBodiesThatNobodyMayAnnounceYet(TlsEngine engine) throws Exception {
        open(engine);
        announce(8, 1025, "headerBytes=1025");
        announce(8, -1, "headerBytes=4294967295");
        announce(12, 1, "bodyBytes=1");
        announce(12, 1 << 30, "bodyBytes=1073741824");
    }

    /** A HELLO's prefix, from a certified process, that claims {@code length} at {@code position}. */
    private void announce(int position, int length, String reason) throws Exception {
        try (SSLSocket socket = new JdkTls(CERTIFIED).connect(address)) {
            FrameBytes.readHeader(socket);
            byte[] frame = FrameBytes.of(FrameType.HELLO, Hello.getDefaultInstance(), GENERATION);
            socket.getOutputStream().write(FrameBytes.patched(frame, position, length));
            FrameBytes.assertClosed(socket);
        }
        assertRefusedOnce(reason);
    }

    private static Handshake handshake(int secretByte, X509Certificate peer, X509Certificate server) {
        Handshake handshake = new Handshake(identity(secretByte));
        handshake.bind(ChannelBinding.connected(peer, server));
        return handshake;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aHelloThatWasRecordedBefore(TlsEngine engine) throws Exception {
        open(engine);
        byte[] hello;
        try (SSLSocket socket = new JdkTls(CERTIFIED).connect(address)) {
            Challenge challenge = Challenge.parseFrom(FrameBytes.readHeader(socket));
            Handshake handshake = handshake(1, CERTIFIED.certificate(), SERVER.certificate());
            hello = FrameBytes.of(FrameType.HELLO, handshake.hello(challenge, WORKER), GENERATION);
            socket.getOutputStream().write(hello);
            assertThat(Welcome.parseFrom(FrameBytes.readHeader(socket)).getMac().size())
                    .isEqualTo(32);
            assertThat(atServer.takeOpened().peer()).isEqualTo(WORKER);
        }
        try (SSLSocket socket = new JdkTls(CERTIFIED).connect(address)) {
            FrameBytes.readHeader(socket);
            socket.getOutputStream().write(hello);
            FrameBytes.assertClosed(socket);
        }
        assertRefusedOnce("the HMAC is not that of a process of this job");
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aHelloUnderAnothersCertificateOrSecret(TlsEngine engine) throws Exception {
        open(engine);
        say(handshake(1, CERTIFIED.certificate(), SERVER.certificate()), new Peer(Role.WORKER, 4));
        assertRefusedOnce("certificate=howdah:/job/worker/3/0, expected that of worker 4 of this job");
        say(handshake(1, CERTIFIED.certificate(), SERVER.certificate()), new Peer(Role.SERVER, 3));
        assertRefusedOnce("expected that of server 3 of this job");
        say(handshake(2, CERTIFIED.certificate(), SERVER.certificate()), WORKER);
        assertRefusedOnce("the HMAC is not that of a process of this job");
        say(new Handshake(identity(1)), WORKER);
        assertRefusedOnce("the HMAC is not that of a process of this job");
    }

    private void say(Handshake handshake, Peer self) throws Exception {
        try (SSLSocket socket = new JdkTls(CERTIFIED).connect(address)) {
            Challenge challenge = Challenge.parseFrom(FrameBytes.readHeader(socket));
            socket.getOutputStream()
                    .write(FrameBytes.of(FrameType.HELLO, handshake.hello(challenge, self), GENERATION));
            FrameBytes.assertClosed(socket);
        }
    }

    /** Someone in between who has stolen good certificates, but not the secret, passes on what both ends say. */
    @ParameterizedTest
    @MethodSource("engines")
    void aHelloThatIsPassedOn(TlsEngine engine) throws Exception {
        open(engine);
        CompletableFuture<String> failed = new CompletableFuture<>();
        JdkTls between = new JdkTls(AUTHORITY.identity("server", 1));
        try (Transport victim = transport(CERTIFIED, engine, new Counters());
                SSLServerSocket listening = between.listen();
                SSLSocket onward = new JdkTls(AUTHORITY.identity("worker", 3)).connect(address)) {
            InetSocketAddress trap = new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
            victim.attempt(trap, WORKER, atClient, failed::complete, (reason, certain) -> failed.complete(reason));
            try (Socket back = listening.accept()) {
                back.getOutputStream().write(FrameBytes.read(onward));
                onward.getOutputStream().write(FrameBytes.read(back));
                FrameBytes.assertClosed(onward);
            }
            assertThat(failed.get(20, TimeUnit.SECONDS)).contains("closed");
        }
        assertRefusedOnce("the HMAC is not that of a process of this job");
        assertThat(atClient.hasOpened()).isFalse();
    }
}
