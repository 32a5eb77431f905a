// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.howdah.ps.proto.Challenge;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Hello;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Welcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportTest {
    private static final Peer WORKER = new Peer(Role.WORKER, 3);
    private static final int BODY_LIMIT = 1 << 16;

    /** Of several reads, the last of which is short. */
    private static final int LONG_BODY = (1 << 20) + 37;

    private final Counters counters = new Counters();
    private final RecordingListener listener = new RecordingListener();
    private final Transport server = new Transport(settings(identity(1, 4), 3 * BODY_LIMIT, counters), "server");

    @AfterEach
    void close() {
        server.close();
    }

    private static JobIdentity identity(int secretByte, long generation) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) secretByte);
        return new JobIdentity("job", generation, secret);
    }

    private static ConnectionSettings settings(JobIdentity identity, long heldLimit, Counters counters) {
        return new ConnectionSettings(identity, BODY_LIMIT, heldLimit, counters);
    }

    private InetSocketAddress listen() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new InetSocketAddress(loopback, server.listen(new InetSocketAddress(loopback, 0), listener));
    }

    @ParameterizedTest
    @EnumSource(SocketIo.class)
    void peersMeetAndTalkOverEverySocketKind(SocketIo io) throws Exception {
        Counters own = new Counters();
        ConnectionSettings settings = settings(identity(1, 4), 3 * BODY_LIMIT, own);
        RecordingListener client = new RecordingListener();
        try (Transport accepting = new Transport(settings, "accepting", null, io, null);
                Transport connecting = new Transport(settings, "connecting", null, io, null)) {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            int port = accepting.listen(new InetSocketAddress(loopback, 0), listener);
            InetSocketAddress address = new InetSocketAddress(loopback, port);
            connecting.connect(address, WORKER, Duration.ofSeconds(5), client, reason -> {});
            Connection there = client.takeOpened();
            Connection here = listener.takeOpened();
            assertThat(here.peer()).isEqualTo(WORKER);
            connecting.execute(() -> there.send(
                    FrameType.GRADIENT,
                    Gradient.newBuilder().setStep(8).build(),
                    BODY_LIMIT,
                    into -> into.put(9, (byte) 5)));
            ReceivedFrame frame = listener.takeFrame();
            assertThat(frame.header(Gradient.class).getStep()).isEqualTo(8);
            assertThat(frame.body().bytes().get(9)).isEqualTo((byte) 5);
            accepting.execute(() -> frame.body().release());
            accepting.execute(() -> here.send(FrameType.FAILURE, Failure.getDefaultInstance()));
            assertThat(client.takeFrame().type()).isEqualTo(FrameType.FAILURE);
            assertThat(own.value(Counter.BYTES_SENT)).isEqualTo(own.value(Counter.BYTES_RECEIVED));
            Counters.Traffic toServer = own.peer(there.address());
            Counters.Traffic fromWorker = own.peer(WORKER.toString());
            assertThat(own.peers()).hasSize(2);
            assertThat(toServer.sent()).isEqualTo(fromWorker.received()).isGreaterThan(BODY_LIMIT);
            assertThat(toServer.received()).isEqualTo(fromWorker.sent()).isPositive();
            connecting.execute(() -> there.close("enough"));
            assertThat(client.takeClosed()).isEqualTo("enough");
            listener.takeClosed();
        }
    }

    @ParameterizedTest
    @EnumSource(SocketIo.class)
    void longBodiesArriveWhole(SocketIo io) throws Exception {
        ConnectionSettings settings = new ConnectionSettings(identity(1, 4), LONG_BODY, 3L * LONG_BODY, new Counters());
        RecordingListener client = new RecordingListener();
        try (Transport accepting = new Transport(settings, "accepting", null, io, null);
                Transport connecting = new Transport(settings, "connecting", null, io, null)) {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            int port = accepting.listen(new InetSocketAddress(loopback, 0), listener);
            connecting.connect(
                    new InetSocketAddress(loopback, port), WORKER, Duration.ofSeconds(5), client, reason -> {});
            Connection there = client.takeOpened();
            for (int round = 0; round < 20; round++) {
                byte[] sent = new byte[LONG_BODY - round];
                new Random(round).nextBytes(sent);
                connecting.execute(() -> there.send(
                        FrameType.GRADIENT, Gradient.getDefaultInstance(), sent.length, into -> into.put(sent)));
                ReceivedFrame frame = listener.takeFrame();
                byte[] received = new byte[sent.length];
                frame.body().bytes().get(received);
                assertThat(received).isEqualTo(sent);
                accepting.execute(() -> frame.body().release());
            }
        }
    }

    @Test
    void readingPausesWhileTooMuchIsHeld() throws Exception {
        InetSocketAddress address = listen();
        RecordingListener client = new RecordingListener();
        try (Transport connecting = new Transport(settings(identity(1, 4), 1, new Counters()), "client")) {
            connecting.connect(address, WORKER, Duration.ofSeconds(5), client, reason -> {});
            Connection there = client.takeOpened();
            int total = 64;
            connecting.execute(() -> {
                for (int i = 0; i < total; i++) {
                    there.send(
                            FrameType.GRADIENT, Gradient.newBuilder().setStep(i).build(), BODY_LIMIT, into -> {});
                }
            });
            for (int i = 0; i < total; i++) {
                ReceivedFrame frame = listener.takeFrame();
                assertThat(frame.header(Gradient.class).getStep()).isEqualTo(i);
                assertThat(listener.framesWaiting()).as("beside the one taken").isLessThanOrEqualTo(4);
                server.execute(() -> frame.body().release());
            }
            CompletableFuture<Void> released = new CompletableFuture<>();
            server.execute(() -> released.complete(null));
            released.get(5, TimeUnit.SECONDS);
            assertThat(counters.value(Gauge.HELD_BYTES)).isZero();
            assertThat(counters.value(Counter.READ_PAUSES)).isBetween(2L, (long) total);
            assertThat(counters.value(Counter.READ_PAUSE_NANOS)).isPositive();
        }
    }

    @Test
    void strangersBytesEndTheConnection() throws Exception {
        InetSocketAddress address = listen();
        byte[][] strangers = {
            "GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            oversized(8, 1 << 30),
            oversized(8, -1),
            oversized(12, 1),
            FrameBytes.of(FrameType.INITIALISE, Initialise.getDefaultInstance(), 4),
            FrameBytes.of(FrameType.HELLO, Hello.getDefaultInstance(), 4),
        };
        for (byte[] bytes : strangers) {
            long before = counters.value(Counter.REFUSED);
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                FrameBytes.readHeader(socket);
                socket.getOutputStream().write(bytes);
                FrameBytes.assertClosed(socket);
            }
            assertThat(counters.value(Counter.REFUSED)).isEqualTo(before + 1);
        }
        assertThat(listener.hasOpened()).isFalse();
    }

    /** A HELLO's prefix that claims {@code length} at {@code position}. */
    private static byte[] oversized(int position, int length) {
        return FrameBytes.patched(FrameBytes.of(FrameType.HELLO, Hello.getDefaultInstance(), 4), position, length);
    }

    @Test
    void aReplayedHelloIsWorthNothing() throws Exception {
        InetSocketAddress address = listen();
        byte[] hello;
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            Challenge challenge = Challenge.parseFrom(FrameBytes.readHeader(socket));
            hello = FrameBytes.of(FrameType.HELLO, new Handshake(identity(1, 4)).hello(challenge, WORKER), 4);
            socket.getOutputStream().write(hello);
            assertThat(Welcome.parseFrom(FrameBytes.readHeader(socket)).getMac().size())
                    .isEqualTo(32);
            listener.takeOpened();
        }
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            FrameBytes.readHeader(socket);
            socket.getOutputStream().write(hello);
            FrameBytes.assertClosed(socket);
        }
        assertThat(counters.value(Counter.REFUSED)).isEqualTo(1);
        assertThat(listener.hasOpened()).isFalse();
    }

    @Test
    void anotherSecretOrGenerationIsRefused() throws Exception {
        InetSocketAddress address = listen();
        assertThat(refusal(address, identity(2, 4))).contains("the handshake failed");
        assertThat(counters.value(Counter.FENCED)).isZero();
        assertThat(refusal(address, identity(1, 3))).contains("the handshake failed");
        assertThat(listener.hasOpened()).isFalse();
    }

    private static String refusal(InetSocketAddress address, JobIdentity identity) throws Exception {
        CompletableFuture<String> failed = new CompletableFuture<>();
        try (Transport client = new Transport(settings(identity, 1, new Counters()), "client")) {
            client.connect(address, WORKER, Duration.ofSeconds(5), new RecordingListener(), failed::complete);
            return failed.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void framesOfAnOlderGenerationAreFenced() throws Exception {
        InetSocketAddress address = listen();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            Challenge challenge = Challenge.parseFrom(FrameBytes.readHeader(socket));
            socket.getOutputStream()
                    .write(FrameBytes.of(FrameType.HELLO, new Handshake(identity(1, 4)).hello(challenge, WORKER), 4));
            FrameBytes.readHeader(socket);
            listener.takeOpened();
            socket.getOutputStream().write(FrameBytes.of(FrameType.GRADIENT, Gradient.getDefaultInstance(), 3));
            FrameBytes.assertClosed(socket);
        }
        assertThat(counters.value(Counter.FENCED)).isEqualTo(1);
        assertThat(listener.takeClosed()).contains("generation=3, expected 4");
        assertThat(listener.framesWaiting()).isZero();
    }

    @Test
    void aServerThatDoesNotKnowTheSecretIsRefused() throws Exception {
        CompletableFuture<String> failed = new CompletableFuture<>();
        RecordingListener client = new RecordingListener();
        try (ServerSocket impostor = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Transport connecting = new Transport(settings(identity(1, 4), 1, new Counters()), "client")) {
            InetSocketAddress address = new InetSocketAddress(impostor.getInetAddress(), impostor.getLocalPort());
            connecting.connect(address, WORKER, Duration.ofSeconds(5), client, failed::complete);
            try (Socket socket = impostor.accept()) {
                ByteString nonce = ByteString.copyFrom(new byte[32]);
                Challenge challenge = Challenge.newBuilder().setNonce(nonce).build();
                socket.getOutputStream().write(FrameBytes.of(FrameType.CHALLENGE, challenge, 4));
                Hello hello = Hello.parseFrom(FrameBytes.readHeader(socket));
                Welcome reflected = Welcome.newBuilder().setMac(hello.getMac()).build();
                socket.getOutputStream().write(FrameBytes.of(FrameType.WELCOME, reflected, 4));
                FrameBytes.assertClosed(socket);
            }
            assertThat(failed.get(20, TimeUnit.SECONDS)).contains("not that of a server of this job");
        }
        assertThat(client.hasOpened()).isFalse();
    }
}
