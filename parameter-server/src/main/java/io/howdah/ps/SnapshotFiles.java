// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardSnapshot;
import io.howdah.trainer.sync.SnapshotSource;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes a shard's snapshots beside the thread that owns it, because storage blocks. */
public final class SnapshotFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    private final ServerPlace place;
    private final BlobStore blobs;
    private final @Nullable SnapshotSource source;
    private final Executor owner;
    private final Executor storage;
    private final BlobStore transfers;

    /** Files of a shard that is not copied to other servers. */
    public SnapshotFiles(
            ServerPlace place, BlobStore blobs, @Nullable SnapshotSource source, Executor storage, Executor owner) {
        this(place, blobs, source, storage, owner, blobs);
    }

    /**
     * @param transfers where a shard's state lies on its way to another server
     * @param source snapshot to go on from, or null
     * @param storage runs what may block
     * @param owner runs what follows, on the thread that owns the shard
     */
    public SnapshotFiles(
            ServerPlace place,
            BlobStore blobs,
            @Nullable SnapshotSource source,
            Executor storage,
            Executor owner,
            BlobStore transfers) {
        this.place = place;
        this.transfers = transfers;
        this.blobs = blobs;
        this.source = source;
        this.storage = storage;
        this.owner = owner;
    }

    /** True if there is a snapshot to go on from. */
    boolean canRestore() {
        return source != null;
    }

    /** Restores {@code shard}; {@code then} gets the loss scale, or what went wrong. */
    void restore(ParameterShard shard, LossScaler scaler, BiConsumer<@Nullable LossScaler, @Nullable Exception> then) {
        SnapshotSource from = source;
        if (from == null) {
            then.accept(scaler, null);
        } else {
            submit(() -> ShardSnapshot.restore(shard, scaler, blobs, from), then);
        }
    }

    /** Writes {@code shard}, which must not be applied to meanwhile. */
    void write(
            ParameterShard shard,
            @Nullable LossScaler scaler,
            String set,
            BiConsumer<@Nullable BlobInfo, @Nullable Exception> then) {
        String name = ShardSnapshot.blobName(place.index(), place.servers());
        submit(() -> ShardSnapshot.write(shard, scaler, blobs, set, name), then);
    }

    /** Writes {@code shard}, which must not be applied to meanwhile, for another server. */
    void handOver(
            ParameterShard shard,
            @Nullable LossScaler scaler,
            String set,
            BiConsumer<@Nullable BlobInfo, @Nullable Exception> then) {
        String name = ShardSnapshot.blobName(place.index(), place.servers());
        submit(
                () -> {
                    BlobInfo blob = ShardSnapshot.write(shard, scaler, transfers, set, name);
                    transfers.commit(set);
                    return blob;
                },
                then);
    }

    /** Fills {@code shard} from what another server wrote; as {@link #restore}. */
    void takeOver(
            ParameterShard shard,
            LossScaler scaler,
            SnapshotSource from,
            BiConsumer<@Nullable LossScaler, @Nullable Exception> then) {
        submit(() -> ShardSnapshot.restore(shard, scaler, transfers, from), then);
    }

    /** Deletes what {@link #handOver} wrote, in its own time; it may be gone already. */
    void forget(String set) {
        submit(
                () -> {
                    if (transfers.committed().contains(set)) {
                        transfers.delete(set);
                    }
                    return set;
                },
                (deleted, problem) -> {
                    if (problem != null) {
                        LOG.warn("Cannot delete {}; it is of no more use", transfers.location(set), problem);
                    }
                });
    }

    private <T> void submit(Callable<T> work, BiConsumer<@Nullable T, @Nullable Exception> then) {
        try {
            storage.execute(() -> {
                T result;
                try {
                    result = work.call();
                } catch (Exception e) {
                    owner.execute(() -> then.accept(null, e));
                    return;
                }
                owner.execute(() -> then.accept(result, null));
            });
        } catch (RejectedExecutionException e) {
            then.accept(null, new IOException("the server is closing", e));
        }
    }
}
