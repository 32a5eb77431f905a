// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Timer;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RemoteParameterStoreTest {
    private static final SyncSettings SETTINGS = StoreFixture.settings(1, DType.BFLOAT16, 8);

    /** Time that passes only by waiting for it. */
    private static final class JumpingTimer implements Timer {
        private final AtomicLong now = new AtomicLong();
        private final Runnable onWait;

        JumpingTimer(Runnable onWait) {
            this.onWait = onWait;
        }

        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public void after(Duration delay, Runnable action) {
            now.addAndGet(delay.toNanos());
            onWait.run();
            action.run();
        }
    }

    private static InetSocketAddress freeAddress() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return StoreFixture.loopback(socket.getLocalPort());
        }
    }

    private static RemoteParameterStore store(InetSocketAddress address, Timer timer) {
        return new RemoteParameterStore(
                SETTINGS, 0, List.of(address), StoreFixture.identity(), Duration.ofSeconds(30), timer);
    }

    @Test
    void givesUpWhenTheTimeIsOverAndNamesTheServer() throws Exception {
        JumpingTimer timer = new JumpingTimer(() -> {});
        try (ParameterStore store = store(freeAddress(), timer)) {
            assertThatThrownBy(() -> Training.await(store.initialise(Training.TABLE, null)))
                    .hasMessageContaining("Cannot reach server 0: address=")
                    .hasMessageContaining("within 30000 ms");
            assertThat(timer.nanoTime()).isBetween(TimeUnit.SECONDS.toNanos(28), TimeUnit.SECONDS.toNanos(30));
        }
    }

    @Test
    void waitsForAServerThatStartsLate() throws Exception {
        InetSocketAddress address = freeAddress();
        ServerPlace place = new ServerPlace(0, 1);
        try (ParameterServer server =
                new ParameterServer(SETTINGS, place, StoreFixture.identity(), new MemoryBlobStore(), null)) {
            CompletableFuture<Integer> started = new CompletableFuture<>();
            JumpingTimer timer = new JumpingTimer(() -> {
                if (!started.isDone()) {
                    started.completeAsync(() -> {
                        try {
                            return server.start(address);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    started.join();
                }
            });
            try (ParameterStore store = store(address, timer)) {
                assertThat(Training.initialise(store)).isZero();
                assertThat(started).isCompletedWithValue(address.getPort());
            }
        }
    }

    @Test
    void aLostServerFailsWhatWaitsAndIsNamed() throws Exception {
        try (StoreFixture fixture = StoreFixture.open(SETTINGS, 3, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            CompletableFuture<Long> parked = store.pull(
                    0,
                    1,
                    Tensor.zeros(DType.FLOAT32, Training.TABLE.specs().get(0).shape()));
            Training.weights(store, 0);
            fixture.servers().get(1).close();
            assertThatThrownBy(() -> Training.await(parked)).hasMessageContaining("Cannot reach server 1: address=");
            assertThatThrownBy(() -> Training.await(store.snapshot(0, "set")))
                    .hasMessageContaining("Cannot reach server 1");
            assertThat(fixture.servers().get(0).failure().get(20, TimeUnit.SECONDS))
                    .contains("Cannot reach server 1");
            assertThat(fixture.servers().get(2).failure().get(20, TimeUnit.SECONDS))
                    .contains("Cannot reach server 1");
        }
    }

    @Test
    void processesWithAnotherSecretNeverReachTheParameters() throws Exception {
        try (ParameterServer server = new ParameterServer(
                SETTINGS, new ServerPlace(0, 1), StoreFixture.identity(), new MemoryBlobStore(), null)) {
            InetSocketAddress address = StoreFixture.loopback(server.start(StoreFixture.loopback(0)));
            try (ParameterStore stranger = new RemoteParameterStore(
                    SETTINGS, 0, List.of(address), StoreFixture.identity(8, 1), Duration.ofSeconds(5))) {
                assertThatThrownBy(() -> Training.await(stranger.initialise(Training.TABLE, Training.initialWeights())))
                        .hasMessageContaining("another secret, job or generation");
            }
            assertThat(server.counters().value(Counter.REFUSED)).isPositive();
        }
    }

    @Test
    void aSlowSnapshotHoldsTheNextVersionBackAndKeepsItsOwn() throws Exception {
        CountDownLatch storage = new CountDownLatch(1);
        MemoryBlobStore blobs = new MemoryBlobStore(storage);
        List<BlobInfo> written;
        List<int[]> before;
        try (StoreFixture fixture = StoreFixture.open(SETTINGS, 2, 1, blobs, null)) {
            ParameterStore store = fixture.worker(0);
            Training.initialise(store);
            before = Training.weights(store, 0);
            CompletableFuture<List<BlobInfo>> snapshot = store.snapshot(0, "step-0");
            for (Push push : Training.pushes(0, 0, 0, new Random(1))) {
                Training.await(Training.push(store, push, DType.BFLOAT16));
            }
            Training.await(Training.finish(store, 0, 0, 0));
            CompletableFuture<Long> next = store.pull(
                    0,
                    1,
                    Tensor.zeros(DType.FLOAT32, Training.TABLE.specs().get(0).shape()));
            Training.weights(store, 0);
            assertThat(next).isNotDone();
            assertThat(snapshot).isNotDone();
            storage.countDown();
            written = Training.await(snapshot);
            assertThat(Training.await(next)).isEqualTo(1);
        }
        blobs.commit("step-0");
        try (StoreFixture fixture = StoreFixture.open(SETTINGS, 1, 1, blobs, new SnapshotSource("step-0", written))) {
            assertThat(Training.initialise(fixture.worker(0))).isZero();
            Training.assertSameBits(Training.weights(fixture.worker(0), 0), before, "snapshot of version 0");
        }
    }

    /** More than the connection's high-water mark, so that answers stop and go on many times. */
    @Test
    void answersMorePullsThanTheConnectionTakesAtOnce() throws Exception {
        int elements = 1 << 20;
        int parameters = 8;
        Optimiser optimiser = new Optimiser(new Sgd(0), LearningRate.constant(1), 0, 0);
        SyncSettings settings = new SyncSettings(1, DType.BFLOAT16, DType.BFLOAT16, 8, 1 << 16, optimiser);
        List<ParameterSpec> specs = new ArrayList<>();
        List<Tensor> weights = new ArrayList<>();
        for (int i = 0; i < parameters; i++) {
            specs.add(new ParameterSpec("parameter." + i, Shape.of(elements - i), 1, 1));
            weights.add(Tensor.zeros(DType.FLOAT32, Shape.of(elements - i)));
            weights.get(i).buffer().putFloat(4 * (elements - i - 1), i + 1);
        }
        try (StoreFixture fixture = StoreFixture.open(settings, 1, 1, new MemoryBlobStore(), null)) {
            ParameterStore store = fixture.worker(0);
            Training.await(store.initialise(new ParameterTable(specs), weights));
            List<CompletableFuture<Long>> pulls = new ArrayList<>();
            List<Tensor> pulled = new ArrayList<>();
            for (int i = 0; i < parameters; i++) {
                pulled.add(Tensor.zeros(DType.BFLOAT16, Shape.of(elements - i)));
                pulls.add(store.pull(i, 0, pulled.get(i)));
            }
            for (int i = 0; i < parameters; i++) {
                assertThat(Training.await(pulls.get(i))).isZero();
                short last = pulled.get(i).buffer().getShort(2 * (elements - i - 1));
                assertThat(HalfFloats.fromBfloat16(last)).isEqualTo(i + 1);
                pulled.get(i).close();
                weights.get(i).close();
            }
        }
    }

    @Test
    void countersEqualWhatWasDone() throws Exception {
        try (StoreFixture fixture = StoreFixture.open(SETTINGS, 2, 2, new MemoryBlobStore(), null)) {
            CompletableFuture<Long> second = fixture.worker(1).initialise(Training.TABLE, null);
            Training.initialise(fixture.worker(0));
            Training.await(second);
            for (int process = 0; process < 2; process++) {
                for (Push push : Training.pushes(0, 0, 0, new Random(process))) {
                    Training.await(Training.push(fixture.worker(process), push, DType.BFLOAT16));
                }
            }
            CompletableFuture<StepOutcome> outcome = Training.finish(fixture.worker(0), 0, 0, 0);
            assertThat(Training.await(outcome).step()).isZero();
            Training.weights(fixture.worker(1), 1);
            assertThat(sum(fixture, Counter.APPLIED_STEPS)).isEqualTo(2);
            assertThat(sum(fixture, Counter.SKIPPED_STEPS)).isZero();
            assertThat(sum(fixture, Counter.SUMMED_ELEMENTS)).isEqualTo(Training.TABLE.elements());
            int chunks = ShardRange.cut(Training.TABLE, 2, SETTINGS.chunkElements()).stream()
                    .mapToInt(ShardRange::chunks)
                    .sum();
            assertThat(sum(fixture, Counter.PUSHES)).isEqualTo(2L * chunks);
            assertThat(sum(fixture, Counter.DUPLICATES)).isEqualTo(chunks);
            assertThat(sum(fixture, Counter.BYTES_RECEIVED)).isGreaterThan(Training.TABLE.elements() * 6);
            assertThat(sum(fixture, Counter.SUMMED_BYTES)).isEqualTo(Training.TABLE.elements() * 2);
            assertThat(sum(fixture, Counter.SUM_NANOS)).isPositive();
            assertThat(fixture.servers().get(0).counters().values()).containsKeys("bytesSent", "summedElements");
            assertThat(fixture.servers().get(0).counters().peers()).containsKeys("worker 0", "worker 1", "server 1");
        }
    }

    private static long sum(StoreFixture fixture, Counter counter) {
        return fixture.servers().stream()
                .mapToLong(server -> server.counters().value(counter))
                .sum();
    }
}
