// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.InvalidProtocolBufferException;
import io.howdah.ps.proto.ChunkMean;
import io.howdah.ps.proto.Follow;
import io.howdah.ps.proto.Followed;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.ReplicaModel;
import io.howdah.ps.proto.ReplicaState;
import io.howdah.ps.proto.RowMeans;
import io.howdah.ps.proto.StepMeans;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.ShardSums;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup's side of the conversation with its primary: takes the shard's state once, then the mean gradients of every step,
 * and ends the steps that it is told of. On the transport's thread.
 */
final class Follower {
    private final ServerSession session;
    private final ServerPlace place;
    private final SnapshotFiles files;
    private long epoch;
    private @Nullable Connection connection;
    private boolean restoring;
    private boolean restored;
    private volatile long followed = -1;

    Follower(ServerSession session, ServerPlace place, SnapshotFiles files) {
        this.session = session;
        this.place = place;
        this.files = files;
    }

    /** Follows the primary of {@code newEpoch} from the next connection on. */
    void begin(long newEpoch) {
        epoch = newEpoch;
        followed = -1;
    }

    /** The epoch whose primary has nothing that this backup lacks; −1 while there is none. Read from any thread. */
    long followedEpoch() {
        return followed;
    }

    void opened(Connection opened) {
        connection = opened;
        if (!restoring) {
            follow();
        }
    }

    void disconnected() {
        connection = null;
    }

    /** Says what this replica has. */
    void follow() {
        if (connection != null) {
            connection.send(FrameType.FOLLOW, message(restored ? session.version() : -1));
        }
    }

    private Follow message(long version) {
        return Follow.newBuilder()
                .setEpoch(epoch)
                .setShard(place.index())
                .setVersion(version)
                .build();
    }

    /** Takes a frame of the primary; returns false if it is none that primaries send. */
    boolean takes(ReceivedFrame frame, @Nullable ShardReport open) {
        ByteBuffer body = frame.body().bytes();
        switch (frame.type()) {
            case REPLICA_STATE -> restore(frame.header(ReplicaState.class), body);
            case FOLLOWED -> followed = frame.header(Followed.class).getEpoch();
            case OUTCOME -> decided(Messages.outcome(frame.header(Outcome.class)));
            case CHUNK_MEAN -> {
                ChunkMean mean = frame.header(ChunkMean.class);
                sums().put(mean.getStep(), mean.getChunk(), mean.getSamples(), body);
            }
            case ROW_MEANS -> {
                RowMeans means = frame.header(RowMeans.class);
                sums().putRows(means.getStep(), means.getTable(), body);
            }
            case STEP_MEANS -> complete(frame.header(StepMeans.class), body, open);
            default -> {
                return false;
            }
        }
        return true;
    }

    private ShardSums sums() {
        return new ShardSums(session.model().shard());
    }

    private void restore(ReplicaState state, ByteBuffer body) {
        if (restoring || restored) {
            return;
        }
        ReplicaModel description;
        try {
            description = ReplicaModel.parseFrom(body);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(
                    "Cannot copy shard: " + e.getMessage() + ", expected a ReplicaModel message; both ends must run the"
                            + " same version",
                    e);
        }
        ServedModel created = session.beginning()
                .create(Messages.table(description.getTable().toByteString().asReadOnlyByteBuffer()));
        if (created == null) {
            return;
        }
        restoring = true;
        int[] attempts = description.getAttemptsList().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        BlobInfo blob = new BlobInfo(state.getBlob(), state.getBytes(), state.getCrc32C());
        SnapshotSource source = new SnapshotSource(state.getSet(), List.of(blob));
        files.takeOver(created.shard(), session.beginning().initialScaler(), source, (scaler, problem) -> {
            restoring = false;
            if (scaler == null) {
                session.fail("Cannot copy shard " + place.index() + ": "
                        + String.valueOf(problem == null ? null : problem.getMessage()));
                return;
            }
            created.useScaler(scaler);
            new ShardSums(created.shard()).knowAttempts(attempts);
            session.beginning().startReplica(created, state.getSkips());
            restored = true;
            follow();
        });
    }

    private void complete(StepMeans means, ByteBuffer body, @Nullable ShardReport open) {
        int[] attempts = new int[body.remaining() / Integer.BYTES];
        body.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(attempts);
        sums().knowAttempts(attempts);
        sums().completeTables(means.getStep(), means.getSamples());
        if (open == null) {
            session.reportShard();
        } else {
            tell(open);
        }
    }

    /** Says that all mean gradients of the open step are here, and what they come to. */
    void tell(ShardReport open) {
        if (connection != null) {
            connection.send(FrameType.SHARD_SQUARES, Messages.squares(open));
        }
    }

    private void decided(StepOutcome outcome) {
        session.log().add(outcome);
        if (outcome.step() == session.version()) {
            session.apply(outcome);
        }
        follow();
    }
}
