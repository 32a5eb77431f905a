// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.wire.Counter;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokenConnectionTest {
    private static final int LOGICAL = 2;
    private static final int STEPS = 6;

    /** Passes bytes on, and cuts connections in the middle of frames. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0);
        private final InetSocketAddress target;
        private final Random random;
        private final AtomicInteger cuts;

        Relay(InetSocketAddress target, long seed, int cuts) throws IOException {
            this.target = target;
            this.random = new Random(seed);
            this.cuts = new AtomicInteger(cuts);
            daemon(this::accept);
        }

        InetSocketAddress address() {
            return StoreFixture.loopback(listening.getLocalPort());
        }

        private static void daemon(Runnable work) {
            Thread thread = new Thread(work, "relay");
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket near = listening.accept();
                    Socket far = new Socket(target.getAddress(), target.getPort());
                    near.setTcpNoDelay(true);
                    far.setTcpNoDelay(true);
                    // Sometimes in the handshake, which is tried again a few times: whoever is refused sees the same.
                    long life = cuts.getAndDecrement() > 0 ? random.nextInt(9_000) : Long.MAX_VALUE;
                    AtomicLong left = new AtomicLong(life);
                    daemon(() -> pump(near, far, left));
                    daemon(() -> pump(far, near, left));
                }
            } catch (SocketException e) {
                // closed
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void pump(Socket from, Socket to, AtomicLong left) {
            byte[] bytes = new byte[512];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    to.getOutputStream().write(bytes, 0, count);
                    if (left.addAndGet(-count) < 0) {
                        return;
                    }
                }
            } catch (IOException e) {
                // cut by the other direction
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    private static void step(ParameterStore store, long step) {
        List<CompletableFuture<?>> futures = new ArrayList<>();
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < LOGICAL; worker++) {
            for (Push push : Training.pushes(step, worker, 0, new Random(step))) {
                futures.add(Training.push(store, push, DType.FLOAT32));
            }
            outcomes.add(Training.finish(store, step, worker, 0));
        }
        futures.forEach(Training::await);
        outcomes.forEach(Training::await);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothingIsLostOrCountedTwice(long seed) throws Exception {
        SyncSettings settings = StoreFixture.settings(LOGICAL, DType.FLOAT32, 8);
        List<int[]> expected;
        try (StoreFixture local = StoreFixture.open(settings, 0, 1, new MemoryBlobStore(), null)) {
            expected = train(local.worker(0));
        }
        int cuts = 4;
        try (ParameterServer server = new ParameterServer(
                        settings, new ServerPlace(0, 1), StoreFixture.identity(), new MemoryBlobStore(), null);
                Relay relay = new Relay(StoreFixture.loopback(server.start(StoreFixture.loopback(0))), seed, cuts);
                ParameterStore store = new RemoteParameterStore(
                        settings, 0, List.of(relay.address()), StoreFixture.identity(), StoreFixture.PATIENCE)) {
            Training.assertSameBits(train(store), expected, "seed " + seed);
            assertThat(relay.cuts.get()).as("cuts left").isNegative();
            assertThat(server.counters().value(Counter.APPLIED_STEPS)).isEqualTo(STEPS);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void rowsAreNotLostOrCountedTwice(long seed) throws Exception {
        SyncSettings settings = TableTraining.settings(DType.FLOAT32);
        List<int[]> expected;
        try (StoreFixture local = StoreFixture.open(settings, 0, 1, new MemoryBlobStore(), null)) {
            expected = trainTables(local.worker(0));
        }
        try (ParameterServer server = new ParameterServer(
                        settings, new ServerPlace(0, 1), StoreFixture.identity(), new MemoryBlobStore(), null);
                Relay relay = new Relay(StoreFixture.loopback(server.start(StoreFixture.loopback(0))), seed, 3);
                ParameterStore store = new RemoteParameterStore(
                        settings, 0, List.of(relay.address()), StoreFixture.identity(), StoreFixture.PATIENCE)) {
            assertThat(trainTables(store).toArray(new int[0][]))
                    .as("seed " + seed)
                    .isDeepEqualTo(expected.toArray(new int[0][]));
            assertThat(relay.cuts.get()).as("cuts left").isNegative();
        }
    }

    private static List<int[]> trainTables(ParameterStore store) {
        assertThat(Training.await(TableTraining.initialise(store, 0))).isZero();
        for (long step = 0; step < 4 * STEPS; step++) {
            TableTraining.step(store, step, DType.FLOAT32);
            TableTraining.read(store, step + 1);
        }
        return TableTraining.read(store, 4 * STEPS);
    }

    private static List<int[]> train(ParameterStore store) {
        assertThat(Training.initialise(store)).isZero();
        for (long step = 0; step < STEPS; step++) {
            Training.weights(store, step);
            step(store, step);
        }
        return Training.weights(store, STEPS);
    }
}
