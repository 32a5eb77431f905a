// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parameter store inside one process: one shard and the coordinator on a thread of their own. Gives the same bits as
 * any number of servers.
 */
public final class LocalParameterStore implements ParameterStore {
    private final SyncSettings settings;
    private final BlobStore blobs;
    private final @Nullable SnapshotSource source;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(LocalParameterStore::thread);
    private final ShardGates gates;
    private final Set<CompletableFuture<?>> open = new LinkedHashSet<>();
    private final List<Awaiting> awaitingDecision = new ArrayList<>();
    private @Nullable Model model;
    private @Nullable Throwable failure;
    private volatile float lossScale;

    /** @param source snapshot to go on from; null starts with the weights given to {@link #initialise} */
    public LocalParameterStore(SyncSettings settings, BlobStore blobs, @Nullable SnapshotSource source) {
        this.settings = settings;
        this.blobs = blobs;
        this.source = source;
        this.gates = new ShardGates(settings);
        this.lossScale = settings.initialScaler().scale();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "howdah-parameter-store");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public CompletableFuture<Long> initialise(ParameterTable table, @Nullable List<Tensor> weights) {
        return submit(future -> {
            if (model == null) {
                model = new Model(table);
            }
            Model agreed = model();
            if (!agreed.table.equals(table)) {
                throw new IllegalArgumentException("Cannot initialise parameters: parameters=" + table.size()
                        + " elements=" + table.elements() + ", expected the agreed table of " + agreed.table.size()
                        + " parameters and " + agreed.table.elements() + " elements; all processes must build one"
                        + " model");
            }
            if (agreed.shard.version() < 0 && weights != null) {
                agreed.load(weights);
                agreed.start();
            } else if (agreed.shard.version() >= 0) {
                agreed.start();
            }
            whenPublished(0, future, ready -> complete(ready, agreed.shard.version()));
        });
    }

    @Override
    public CompletableFuture<Void> push(Push push, Tensor gradient) {
        return submit(future -> {
            ByteBuffer bytes = gradient.buffer();
            Model current = model();
            whenTurn(
                    push.logicalWorker(),
                    push.step(),
                    future,
                    done -> current.assembler.push(push, gradient.dtype(), bytes, () -> done.complete(null)));
        });
    }

    @Override
    public CompletableFuture<Void> pushRows(RowPush push, long[] ids, Tensor gradients) {
        return submit(future -> {
            ByteBuffer bytes = gradients.buffer();
            Model current = model();
            whenTurn(push.logicalWorker(), push.step(), future, done -> {
                current.cutter.push(push, ids, gradients.dtype(), bytes);
                done.complete(null);
            });
        });
    }

    @Override
    public CompletableFuture<StepOutcome> finish(StepReport report) {
        return submit(future -> {
            Model current = model();
            whenTurn(report.logicalWorker(), report.step(), future, decided -> finish(current, report, decided));
        });
    }

    /** A report whose step, or slice, is not decided. */
    private record Awaiting(StepReport report, CompletableFuture<StepOutcome> future) {
        boolean isOf(StepOutcome outcome) {
            SliceTurn turn = outcome.slice();
            return turn == null || turn.logicalWorker() == report.logicalWorker();
        }
    }

    private void finish(Model current, StepReport report, CompletableFuture<StepOutcome> future) {
        current.assembler.finish(report);
        current.cutter.finish(report);
        StepOutcome decided = current.coordinator.answer(report);
        if (decided != null) {
            future.complete(decided);
            return;
        }
        awaitingDecision.add(new Awaiting(report, future));
        current.decide(() -> current.coordinator.report(report));
    }

    @Override
    public CompletableFuture<Long> nextStep(int logicalWorker) {
        return submit(future -> {
            Model current = model();
            whenPublished(0, future, asked -> complete(asked, current.coordinator.nextStep(logicalWorker)));
        });
    }

    @Override
    public CompletableFuture<Long> pull(int parameter, long minimumVersion, Tensor into) {
        return submit(future -> {
            Model current = model();
            whenPublished(minimumVersion, future, read -> read.complete(current.read(parameter, into)));
        });
    }

    @Override
    public CompletableFuture<Long> pullRows(int table, long[] ids, long minimumVersion, Tensor into) {
        return submit(future -> {
            Model current = model();
            whenPublished(minimumVersion, future, read -> read.complete(current.readRows(table, ids, into)));
        });
    }

    /** What the sparse tables take; empty before {@link #initialise}. */
    public CompletableFuture<List<TableSize>> tableSizes() {
        return submit(future ->
                future.complete(model == null ? List.of() : model.shard.tables().sizes()));
    }

    @Override
    public float lossScale() {
        return lossScale;
    }

    @Override
    public CompletableFuture<List<BlobInfo>> snapshot(long version, String set) {
        return submit(future -> {
            Model current = model();
            whenPublished(version, future, written -> written.complete(List.of(current.snapshot(version, set))));
        });
    }

    @Override
    public void close() {
        try {
            executor.execute(() -> fail(closed()));
            executor.shutdown();
        } catch (RejectedExecutionException e) {
            executor.shutdown(); // closed before
        }
    }

    private Model model() {
        if (model == null) {
            throw new IllegalStateException(
                    "Cannot use parameter store: no parameters are agreed, expected initialise() first");
        }
        return model;
    }

    private static IllegalStateException closed() {
        return new IllegalStateException(
                "Cannot use parameter store: it was closed, expected an open one; finish training before close()");
    }

    /** What a call does on the thread of the store; it completes {@code future}, now or later. */
    private interface Call<T> {
        void run(CompletableFuture<T> future) throws IOException;
    }

    private <T> CompletableFuture<T> submit(Call<T> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                if (failure != null) {
                    future.completeExceptionally(failure);
                    return;
                }
                open.add(future);
                guarded(future, call);
            });
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(closed());
        }
        return future;
    }

    /** A call that is refused fails alone; the caller decides what that means. */
    private <T> void guarded(CompletableFuture<T> future, Call<T> call) {
        try {
            call.run(future);
        } catch (IOException | RuntimeException e) {
            future.completeExceptionally(e);
        }
        if (future.isDone()) {
            open.remove(future);
        }
    }

    private <T> void whenPublished(long version, CompletableFuture<T> future, Call<T> call) {
        gates.whenPublished(version, () -> guarded(future, call));
    }

    private <T> void whenTurn(int worker, long step, CompletableFuture<T> future, Call<T> call) {
        gates.whenTurn(worker, step, () -> guarded(future, call));
    }

    private <T> void complete(CompletableFuture<T> future, T value) {
        open.remove(future);
        future.complete(value);
    }

    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        gates.clear();
        awaitingDecision.clear();
        List<CompletableFuture<?>> failed = List.copyOf(open);
        open.clear();
        failed.forEach(future -> future.completeExceptionally(cause));
    }

    /** What exists once the table is known. */
    private final class Model {
        private final ParameterTable table;
        private final List<ShardRange> ranges;
        private final ParameterShard shard;
        private final ChunkAssembler assembler;
        private final RowCutter cutter;
        private final Coordinator coordinator;

        Model(ParameterTable table) throws IOException {
            this.table = table;
            this.ranges = settings.ranges(table, 1);
            Placement placement = new Placement(1);
            TableShards tables = new TableShards(table.tables(), settings, placement, 0);
            this.shard = settings.shard(table, ranges.get(0), tables);
            this.assembler = new ChunkAssembler(table, ranges, this::add);
            this.cutter = new RowCutter(table.tables(), placement, this::addRows);
            LossScaler scaler = settings.initialScaler();
            if (source != null) {
                scaler = ShardSnapshot.restore(shard, scaler, blobs, source);
            }
            this.coordinator = settings.coordinator(table, 1, scaler, Math.max(0, shard.version()));
            lossScale = scaler.scale();
        }

        void load(List<Tensor> weights) {
            ChunkAssembler loader = new ChunkAssembler(table, ranges, chunk -> {
                shard.load(chunk.contribution().chunk(), chunk.payload().bytes());
                chunk.payload().release();
            });
            for (int i = 0; i < weights.size(); i++) {
                loader.addWeights(i, weights.get(i).buffer(), () -> {});
            }
        }

        /** Begins at version 0 or a restored one, if all weights are there. */
        void start() {
            if (shard.loadedIfComplete()) {
                reportShards();
                gates.open(shard);
            }
        }

        private void add(AssembledChunk chunk) {
            Payload payload = chunk.payload();
            if (!shard.foldsAtOnce(chunk.contribution())) {
                payload = copy(payload);
            }
            shard.add(chunk.contribution(), payload);
            reportShards();
        }

        private void addRows(int server, RowContribution rows, int bytes, Consumer<ByteBuffer> fill) {
            ByteBuffer body = ByteBuffer.allocate(bytes);
            fill.accept(body.duplicate());
            shard.addRows(rows, collected(body));
            reportShards();
        }

        private void reportShards() {
            for (ShardReport report = shard.takeReport(); report != null; report = shard.takeReport()) {
                ShardReport taken = report;
                decide(() -> coordinator.report(0, taken));
            }
        }

        void decide(Supplier<@Nullable StepOutcome> decision) {
            try {
                for (StepOutcome outcome = decision.get(); outcome != null; outcome = coordinator.next()) {
                    decided(outcome);
                }
            } catch (IllegalStateException e) {
                fail(e); // nobody can go on
            }
        }

        private void decided(StepOutcome outcome) {
            shard.apply(outcome);
            lossScale = outcome.nextLossScale();
            List<Awaiting> waiting =
                    awaitingDecision.stream().filter(one -> one.isOf(outcome)).toList();
            awaitingDecision.removeAll(waiting);
            waiting.forEach(one -> complete(one.future(), outcome));
            reportShards();
            gates.publish(shard, outcome);
        }

        long read(int parameter, Tensor into) {
            table.checkPull(parameter, into);
            shard.read(table.offset(parameter), table.offset(parameter + 1), into.dtype(), into.buffer());
            return shard.version();
        }

        long readRows(int table, long[] ids, Tensor into) {
            RowCutter.checkPull(this.table.tables(), table, ids, into);
            shard.tables().read(table, ids, into.dtype(), into.buffer());
            return shard.version();
        }

        BlobInfo snapshot(long version, String set) throws IOException {
            if (!shard.isAt(version)) {
                throw new IllegalStateException("Cannot write snapshot: version=" + version + ", expected "
                        + shard.version() + "; ask for it before contributing to that step");
            }
            return ShardSnapshot.write(shard, coordinator.scaler(), blobs, set, ShardSnapshot.blobName(0, 1));
        }
    }

    /** Bytes that may be needed after the pusher's call; its memory is its own again at once. */
    private static Payload copy(Payload payload) {
        ByteBuffer source = payload.bytes();
        ByteBuffer copy = ByteBuffer.allocateDirect(source.remaining());
        copy.put(source).flip();
        payload.release();
        return collected(copy);
    }

    /** Bytes that the garbage collector takes back. */
    private static Payload collected(ByteBuffer bytes) {
        return new Payload() {
            @Override
            public ByteBuffer bytes() {
                return bytes.duplicate();
            }

            @Override
            public void release() {
                // Only pushes of rows, and those out of order, are copied.
            }
        };
    }
}
