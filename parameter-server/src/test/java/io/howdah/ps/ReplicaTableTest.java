// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaTableTest {
    private static void join(ReplicaTable table, int server) {
        table.joined(
                server,
                InetSocketAddress.createUnresolved("own-" + server, 1),
                InetSocketAddress.createUnresolved("copy-" + server, 1));
    }

    private static ReplicaTable table(int servers) {
        ReplicaTable table = new ReplicaTable(servers);
        for (int server = 0; server < servers; server++) {
            join(table, server);
        }
        return table;
    }

    private static void sync(ReplicaTable table, int shard) {
        table.synced(shard, table.membership().shards().get(shard).epoch());
    }

    private static void assertShard(ReplicaTable table, int shard, String primary, @Nullable String backup) {
        Membership.Shard told = table.membership().shards().get(shard);
        assertThat(told.primary().address().getHostString()).isEqualTo(primary);
        assertThat(told.backup() == null ? null : told.backup().address().getHostString())
                .isEqualTo(backup);
    }

    @Test
    void everyShardBeginsOnItsServerAndOnTheNext() {
        ReplicaTable table = table(3);
        assertShard(table, 0, "own-0", "copy-1");
        assertShard(table, 2, "own-2", "copy-0");
        assertThat(table.isSafe()).isFalse();
    }

    @Test
    void aLostServerIsFollowedByItsBackupAndByANewOne() {
        ReplicaTable table = table(3);
        sync(table, 0);
        sync(table, 2);
        long epoch = table.membership().shards().get(0).epoch();
        assertThat(table.lost(0)).isEmpty();
        assertShard(table, 0, "copy-1", null);
        assertShard(table, 1, "own-1", "copy-2");
        assertShard(table, 2, "own-2", null);
        assertThat(table.membership().shards().get(0).epoch()).isEqualTo(epoch + 1);
        join(table, 0);
        assertShard(table, 0, "copy-1", "own-0");
        assertShard(table, 2, "own-2", "copy-0");
    }

    @Test
    void aBackupThatLacksSomethingDoesNotTakeOver() {
        ReplicaTable table = table(2);
        sync(table, 1);
        assertThat(table.lost(0)).containsExactly(0);
    }

    @Test
    void aWordOfAnOlderEpochCountsForNothing() {
        ReplicaTable table = table(2);
        sync(table, 0);
        sync(table, 1);
        assertThat(table.lost(0)).isEmpty();
        join(table, 0);
        table.synced(0, 1);
        assertThat(table.lost(1)).as("server 0 has nothing yet").containsExactly(0, 1);
    }

    @Test
    void aMembershipIsOlderThanThoseAfterIt() {
        ReplicaTable table = table(3);
        Membership first = table.membership();
        sync(table, 0);
        sync(table, 2);
        assertThat(table.lost(0)).isEmpty();
        Membership second = table.membership();
        join(table, 0);
        Membership third = table.membership();
        assertThat(first.isOlderThan(second)).isTrue();
        assertThat(first.isOlderThan(third)).isTrue();
        assertThat(second.isOlderThan(third)).isTrue();
        assertThat(second.isOlderThan(first)).isFalse();
        assertThat(third.isOlderThan(third)).isFalse();
    }

    @Test
    void oneServerIsTooFew() {
        assertThatThrownBy(() -> new ReplicaTable(1)).hasMessageContaining("expected at least 2");
    }

    @Test
    void theLogGoesBackToTheLastStepThatMovedTheWeights() {
        DecisionLog log = new DecisionLog();
        log.add(outcome(4, Decision.APPLY));
        log.add(outcome(5, Decision.SKIP));
        log.add(outcome(5, Decision.SKIP));
        log.add(outcome(6, Decision.SKIP));
        log.add(outcome(4, Decision.APPLY));
        assertThat(log.all()).extracting(StepOutcome::step).containsExactly(4L, 5L, 6L);
        assertThat(log.reaches(4, 7)).isTrue();
        assertThat(log.reaches(3, 7)).isFalse();
        log.add(outcome(7, Decision.APPLY));
        assertThat(log.all()).extracting(StepOutcome::step).containsExactly(7L);
    }

    private static StepOutcome outcome(long step, Decision decision) {
        return new StepOutcome(step, decision, 1, 1, 1, 1);
    }
}
