// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Follow;
import io.howdah.ps.proto.ReplicaModel;
import io.howdah.ps.proto.ReplicaState;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Gauge;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.ShardSums;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of a shard, primary or backup as the {@link Membership} says. The primary reports a step only when its backup
 * has the step's mean gradients too, and the deciding primary tells a decision only when its backup has it: so a backup that
 * takes over has everything that anybody may know. A replica that was told of a newer epoch no longer listens to those of
 * an older one, which therefore can neither report nor decide. On the transport's thread.
 */
final class Replication implements Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    private final ServerSession session;
    private final ServerPlace place;
    private final SnapshotFiles files;
    private final Counters counters;
    private final Backup.Maker backups;
    private final Follower follower;
    private final Map<Connection, Integer> shards = new HashMap<>();
    private Duty duty = Duty.NONE;
    private long epoch;
    private @Nullable Membership membership;
    private @Nullable InetSocketAddress followed;
    private @Nullable Backup backup;
    private @Nullable ShardReport open;
    private int handedOver;

    /** What a replica is for. */
    private enum Duty {
        NONE,
        PRIMARY,
        BACKUP
    }

    Replication(
            ServerSession session, ServerPlace place, SnapshotFiles files, Counters counters, Backup.Maker backups) {
        this.session = session;
        this.place = place;
        this.files = files;
        this.counters = counters;
        this.backups = backups;
        this.follower = new Follower(session, place, files);
    }

    /** {@link Follower#followedEpoch}. Read from any thread. */
    long followedEpoch() {
        return follower.followedEpoch();
    }

    /** Does what {@code told} says of server {@code self}; one that is older than what was told before counts for nothing. */
    void assign(Membership told, int self, ServerSession.Following following) {
        if (membership != null && told.isOlderThan(membership)) {
            return;
        }
        Membership.Shard shard = told.shards().get(place.index());
        membership = told;
        boolean isNewer = shard.epoch() > epoch;
        epoch = shard.epoch();
        Membership.Replica second = shard.backup();
        if (shard.primary().server() == self) {
            follow(place.decides() ? null : told.shards().get(0).primary().address(), following);
            boolean takesOver = duty == Duty.BACKUP;
            duty = Duty.PRIMARY;
            if (takesOver) {
                promote();
            }
            protect(second);
        } else if (second != null && second.server() == self) {
            duty = Duty.BACKUP;
            if (isNewer) {
                follower.begin(epoch);
                followed = null;
            }
            follow(shard.primary().address(), following);
        } else {
            duty = Duty.NONE;
            follow(null, following);
        }
        measureLag();
    }

    private void follow(@Nullable InetSocketAddress address, ServerSession.Following following) {
        if (address == null ? followed != null : !address.equals(followed)) {
            followed = address;
            following.follow(address);
        }
    }

    /** Takes over from the primary, with what it has let this replica know. */
    private void promote() {
        LOG.info("Taking over: {} epoch={} version={}", place, epoch, session.version());
        counters.add(Counter.PROMOTIONS, 1);
        follower.disconnected();
        ServedModel model = session.model();
        ShardSums sums = new ShardSums(model.shard());
        sums.dropPartialRows();
        if (place.decides()) {
            model.stepCoordinator().knowAttempts(sums.attempts());
        }
        ShardReport known = open;
        if (known == null) {
            session.reportShard();
        } else {
            session.forward(known);
        }
    }

    private void protect(Membership.@Nullable Replica second) {
        Backup before = backup;
        if (before != null && second != null && before.epoch() == epoch) {
            return;
        }
        backup = second == null ? null : backups.make(epoch, second.server());
        if (before != null) {
            before.dismiss("another replica is the backup now");
            session.endSteps();
        }
    }

    @Override
    public boolean admits(Connection connection) {
        Peer peer = connection.peer();
        if (peer == null && duty == Duty.BACKUP) {
            follower.opened(connection);
            return false;
        }
        if (peer == null) {
            connection.send(
                    FrameType.FOLLOW,
                    Follow.newBuilder()
                            .setEpoch(epoch)
                            .setShard(place.index())
                            .setVersion(session.version())
                            .build());
            return true;
        }
        if (peer.role() == Role.WORKER && duty != Duty.PRIMARY) {
            connection.close("this replica is not the primary");
            return false;
        }
        return peer.role() == Role.WORKER;
    }

    @Override
    public boolean takes(Connection connection, ReceivedFrame frame) {
        Backup second = backup;
        boolean taken = true;
        if (frame.type() == FrameType.FOLLOW) {
            follow(connection, frame.header(Follow.class));
        } else if (connection.peer() == null && duty == Duty.BACKUP) {
            taken = follower.takes(frame, open);
        } else if (frame.type() == FrameType.SHARD_SQUARES && second != null && second.isAt(connection)) {
            summed(second, Messages.squares(frame.header(ShardSquares.class)));
        } else {
            return false;
        }
        if (taken) {
            frame.body().release();
        }
        return taken;
    }

    private void follow(Connection connection, Follow follow) {
        Peer peer = connection.peer();
        if (duty != Duty.PRIMARY || peer == null || peer.role() != Role.SERVER) {
            connection.close("this replica is not the primary");
        } else if (follow.getShard() == place.index()) {
            backUp(connection, peer, follow);
        } else if (place.decides() && follow.getShard() < place.servers() && !isOlder(follow)) {
            shards.put(connection, follow.getShard());
            session.join(connection);
        } else {
            connection.close("shard=" + follow.getShard() + " epoch=" + follow.getEpoch() + " follows nobody here");
        }
    }

    private boolean isOlder(Follow follow) {
        return membership != null
                && follow.getEpoch()
                        < membership.shards().get(follow.getShard()).epoch();
    }

    private void backUp(Connection connection, Peer peer, Follow follow) {
        Backup second = backup;
        if (second == null || second.epoch() != follow.getEpoch() || second.server() != peer.index()) {
            connection.close("epoch=" + follow.getEpoch() + ", expected the backup of epoch " + epoch);
        } else if (second.isAt(connection)) {
            second.hasVersion(follow.getVersion());
            session.endSteps();
        } else if (follow.getVersion() < 0) {
            session.whenStarted(() -> handOver(connection, second));
        } else {
            resume(connection, second, follow.getVersion());
        }
        measureLag();
    }

    private void resume(Connection connection, Backup second, long version) {
        if (!session.log().reaches(version, session.version())) {
            session.fail(
                    "Cannot go on with the backup of " + place + ": version=" + version + ", expected at least that of"
                            + " the last step that moved the weights; restart from the last checkpoint");
            return;
        }
        if (handedOver > 0) {
            files.forget(setName(second));
        }
        second.follow(connection, version, session.model().shard(), session.log(), open != null);
        session.endSteps();
    }

    private String setName(Backup second) {
        return "shard-" + place.index() + "-epoch-" + second.epoch() + "-" + handedOver;
    }

    /** Writes the shard's state for a new backup; the open step does not end meanwhile, nor before the backup has it. */
    private void handOver(Connection connection, Backup second) {
        if (second != backup) {
            return;
        }
        ServedModel model = session.model();
        handedOver++;
        session.holdSteps();
        ReplicaState.Builder state =
                ReplicaState.newBuilder().setSet(setName(second)).setSkips(model.skips());
        files.handOver(model.shard(), model.scaler(), setName(second), (blob, problem) -> {
            session.releaseSteps();
            if (blob == null) {
                session.fail("Cannot copy shard " + place.index() + ": " + problem);
                return;
            }
            ReplicaModel.Builder description = ReplicaModel.newBuilder().setTable(Messages.table(model.table()));
            Arrays.stream(new ShardSums(model.shard()).attempts()).forEach(description::addAttempts);
            byte[] body = description.build().toByteArray();
            state.setBlob(blob.name()).setBytes(blob.bytes()).setCrc32C(blob.crc32c());
            connection.send(FrameType.REPLICA_STATE, state.build(), body.length, into -> into.put(body));
        });
    }

    private void summed(Backup second, ShardReport report) {
        ShardReport own = open;
        if (own != null && own.step() == report.step()) {
            if (!Arrays.equals(own.squares().limbs(), report.squares().limbs())) {
                session.fail("Cannot go on with the backup of " + place + ": step=" + report.step()
                        + " its mean gradients have other bits, expected the same; restart from the last checkpoint");
                return;
            }
            second.hasSums(report.step());
            session.endSteps();
        }
    }

    @Override
    public int shardOf(Connection connection, int server) {
        return shards.getOrDefault(connection, -1);
    }

    @Override
    public void summed(int chunk) {
        if (backup != null) {
            backup.summed(session.model().shard(), chunk);
        }
    }

    @Override
    public void reported(ShardReport report, Runnable forward) {
        open = report;
        if (duty == Duty.BACKUP) {
            follower.tell(report);
        } else if (backup == null) {
            forward.run();
        } else {
            backup.whenSummed(report.step(), () -> {
                if (session.version() == report.step()) {
                    forward.run();
                }
            });
            backup.reported(session.model().shard());
        }
    }

    @Override
    public void decided(StepOutcome outcome) {
        if (backup != null) {
            backup.decided(outcome);
        }
    }

    @Override
    public void whenRecorded(StepOutcome outcome, Runnable action) {
        if (backup == null) {
            action.run();
        } else {
            backup.whenAtVersion(outcome.step() + 1, action);
        }
    }

    @Override
    public boolean mayEnd(StepOutcome outcome) {
        return outcome.decision() == Decision.SKIP || backup == null || backup.isSummed(outcome.step());
    }

    @Override
    public void ending(StepOutcome outcome) {
        if (backup != null) {
            backup.dropMeans(outcome.step());
        }
        if (duty == Duty.BACKUP && place.decides()) {
            session.model().stepCoordinator().follow(outcome);
        }
    }

    @Override
    public void ended(StepOutcome outcome) {
        if (open != null && open.step() <= outcome.step()) {
            open = null;
        }
        if (backup != null) {
            backup.decided(outcome);
        }
        measureLag();
    }

    private void measureLag() {
        long lag = backup == null || session.version() < 0
                ? 0
                : Math.max(0, session.version() - Math.max(0, backup.version()));
        counters.set(Gauge.REPLICATION_LAG, lag);
    }

    @Override
    public void writable(Connection connection) {
        if (backup != null && backup.isAt(connection)) {
            backup.drain();
        }
    }

    @Override
    public boolean closed(Connection connection) {
        shards.remove(connection);
        if (backup != null && backup.isAt(connection)) {
            backup.disconnected();
        } else if (connection.peer() == null && duty == Duty.BACKUP) {
            follower.disconnected();
        }
        return true;
    }
}
