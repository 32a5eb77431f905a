// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.howdah.ps.proto.Challenge;
import io.howdah.ps.proto.ChunkMean;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.Follow;
import io.howdah.ps.proto.Followed;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Hello;
import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.NextStep;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.PullRows;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.proto.PulledRows;
import io.howdah.ps.proto.ReplicaState;
import io.howdah.ps.proto.RequestFailed;
import io.howdah.ps.proto.RowGradient;
import io.howdah.ps.proto.RowMeans;
import io.howdah.ps.proto.SendWeights;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.proto.Snapshot;
import io.howdah.ps.proto.SnapshotWritten;
import io.howdah.ps.proto.StepMeans;
import io.howdah.ps.proto.Welcome;
import io.howdah.ps.proto.WorkerReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The frames: number on the wire and message of the header. */
public enum FrameType {
    CHALLENGE(1, Challenge.parser()),
    HELLO(2, Hello.parser()),
    WELCOME(3, Welcome.parser()),
    INITIALISE(4, Initialise.parser()),
    SEND_WEIGHTS(5, SendWeights.parser()),
    INITIAL_WEIGHTS(6, InitialWeights.parser()),
    INITIALISED(7, Initialised.parser()),
    GRADIENT(8, Gradient.parser()),
    WORKER_REPORT(9, WorkerReport.parser()),
    SHARD_SQUARES(10, ShardSquares.parser()),
    OUTCOME(11, Outcome.parser()),
    PULL(12, Pull.parser()),
    PULLED(13, Pulled.parser()),
    SNAPSHOT(14, Snapshot.parser()),
    SNAPSHOT_WRITTEN(15, SnapshotWritten.parser()),
    REQUEST_FAILED(16, RequestFailed.parser()),
    FAILURE(17, Failure.parser()),
    ROW_GRADIENT(18, RowGradient.parser()),
    PULL_ROWS(19, PullRows.parser()),
    PULLED_ROWS(20, PulledRows.parser()),
    FOLLOW(21, Follow.parser()),
    FOLLOWED(22, Followed.parser()),
    REPLICA_STATE(23, ReplicaState.parser()),
    CHUNK_MEAN(24, ChunkMean.parser()),
    ROW_MEANS(25, RowMeans.parser()),
    STEP_MEANS(26, StepMeans.parser()),
    NEXT_STEP(27, NextStep.parser());

    private static final FrameType[] VALUES = values();

    private final int code;
    private final Parser<? extends MessageLite> parser;

    FrameType(int code, Parser<? extends MessageLite> parser) {
        this.code = code;
        this.parser = parser;
    }

    int code() {
        return code;
    }

    /** True for the frames that peers exchange before they know each other. */
    boolean isHandshake() {
        return code <= WELCOME.code;
    }

    static @Nullable FrameType of(int code) {
        return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
    }

    MessageLite parse(ByteBuffer header) throws IOException {
        return parser.parseFrom(CodedInputStream.newInstance(header));
    }
}
