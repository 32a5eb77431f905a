// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.optim.UpdateRules;
import io.howdah.trainer.sync.ParameterShard.Arrival;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Pieces of rows as they come to one server of two. */
class TableShardsTest {
    private static final int WIDTH = 3;
    private static final int WORKERS = 3;
    private static final Placement PLACEMENT = new Placement(2);
    private static final ParameterTable TABLE = new ParameterTable(List.of(), List.of(new TableSpec("t", WIDTH, 1, 0)));

    private int live;

    /** Bytes that are released exactly once. */
    private final class Bytes implements Payload {
        private final ByteBuffer bytes;
        private boolean released;

        Bytes(ByteBuffer bytes) {
            this.bytes = bytes;
            live++;
        }

        @Override
        public ByteBuffer bytes() {
            assertThat(released).isFalse();
            return bytes.duplicate();
        }

        @Override
        public void release() {
            assertThat(released).isFalse();
            released = true;
            live--;
        }
    }

    private static ParameterShard shard() {
        SyncSettings settings =
                TableTraining.settings(new TableSettings(new Sgd(0), 1, 0, 1, Eviction.NEVER), WORKERS, 0);
        TableShards tables = new TableShards(TABLE.tables(), settings, PLACEMENT, 0);
        ShardRange none = settings.ranges(TABLE, 2).get(0);
        ParameterShard shard = new ParameterShard(TABLE, none, WORKERS, settings.optimiser(), tables);
        assertThat(shard.loadedIfComplete()).isTrue();
        return shard;
    }

    /** The first {@code count} ids from {@code from} on that belong to {@code server}. */
    private static long[] ids(int server, long from, int count) {
        return LongStream.iterate(from, id -> id + 1)
                .filter(id -> PLACEMENT.server(id) == server)
                .limit(count)
                .toArray();
    }

    private static RowContribution piece(long step, int worker, int attempt, int piece, int pieces, int rows) {
        return new RowContribution(
                new RowPush(step, worker, attempt, 0, 1 + worker, 1), DType.FLOAT32, piece, pieces, rows);
    }

    private Bytes body(long[] ids, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * (8 + 4 * WIDTH)).order(ByteOrder.LITTLE_ENDIAN);
        for (long id : ids) {
            bytes.putLong(id);
        }
        for (int i = 0; i < ids.length * WIDTH; i++) {
            bytes.putFloat(value * (i + 1));
        }
        return new Bytes(bytes.flip());
    }

    private static float[] read(ParameterShard shard, long[] ids) {
        ByteBuffer into = ByteBuffer.allocate(ids.length * 4 * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
        shard.tables().read(0, ids, DType.FLOAT32, into);
        float[] values = new float[ids.length * WIDTH];
        into.flip().asFloatBuffer().get(values);
        return values;
    }

    private static void end(ParameterShard shard) {
        ShardReport report = shard.takeReport();
        assertThat(report).isNotNull();
        assertThat(shard.takeReport()).isNull();
        shard.apply(new StepOutcome(report.step(), Decision.APPLY, 1 + 2 + 3, 0, 1, 1));
    }

    @Test
    void piecesInAnyOrderTwiceAndOfOldAttemptsCountOnce() {
        long[] low = ids(0, 0, 40);
        long[] high = ids(0, 1000, 40);
        float[] expected = null;
        for (long seed = 0; seed < 50; seed++) {
            ParameterShard shard = shard();
            List<Runnable> arrivals = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                int v = worker;
                float value = (float) Math.scalb(1.1, 9 * worker);
                for (int copy = 0; copy < 2; copy++) {
                    arrivals.add(() -> shard.addRows(piece(0, v, 1, 0, 2, 40), body(low, value)));
                    arrivals.add(() -> shard.addRows(piece(0, v, 1, 1, 2, 40), body(high, -value / 3)));
                }
            }
            Collections.shuffle(arrivals, new Random(seed));
            arrivals.forEach(Runnable::run);
            for (int worker = 0; worker < WORKERS; worker++) {
                assertThat(shard.addRows(piece(0, worker, 0, 0, 2, 40), body(low, 99)))
                        .isEqualTo(Arrival.OLD_ATTEMPT);
                assertThat(shard.addRows(piece(0, worker, 1, 0, 2, 40), body(low, 99)))
                        .isEqualTo(Arrival.DUPLICATE);
            }
            end(shard);
            assertThat(live).as("seed " + seed).isZero();
            assertThat(shard.addRows(piece(0, 0, 1, 0, 7, 40), body(low, 99))).isEqualTo(Arrival.OLD_STEP);
            float[] values = read(shard, low);
            expected = expected == null ? values : expected;
            assertThat(values).as("seed " + seed).containsExactly(expected);
        }
    }

    @Test
    void theReportWaitsForAnEmptyPieceOfALogicalWorkerWithoutRows() {
        ParameterShard shard = shard();
        assertThat(shard.addRows(piece(0, 2, 0, 0, 1, 1), body(ids(0, 0, 1), 1)))
                .isEqualTo(Arrival.WAITING);
        assertThat(shard.addRows(piece(0, 1, 0, 0, 1, 0), body(new long[0], 1))).isEqualTo(Arrival.WAITING);
        assertThat(shard.takeReport()).isNull();
        assertThat(shard.addRows(piece(0, 0, 0, 0, 1, 0), body(new long[0], 1))).isEqualTo(Arrival.FOLDED);
        end(shard);
        assertThat(read(shard, ids(0, 0, 1))).containsExactly(-0.25f, -0.5f, -0.75f); // rate 0.5, weight 3 of 6
        assertThat(live).isZero();
    }

    @Test
    void aSkippedStepReleasesWhatWaits() {
        ParameterShard shard = shard();
        shard.addRows(piece(0, 2, 0, 0, 1, 1), body(ids(0, 0, 1), 1));
        shard.apply(new StepOutcome(0, Decision.SKIP, 6, 0, Double.NaN, 1));
        assertThat(live).isZero();
        assertThat(shard.version()).isEqualTo(1);
        assertThat(read(shard, ids(0, 0, 1))).containsOnly(0);
    }

    @Test
    void whatDoesNotFitIsRefusedAndReleased() {
        ParameterShard shard = shard();
        long[] own = ids(0, 0, 2);
        assertRefused(shard, piece(0, 0, 0, 0, 1, 1), body(ids(1, 0, 1), 1), "belongs to server 1");
        assertRefused(shard, piece(0, 0, 0, 0, 1, 3), body(own, 1), "rows=3 bytes=40, expected 60");
        assertRefused(shard, piece(0, 0, 0, 1, 1, 2), body(own, 1), "piece=1 pieces=1");
        assertRefused(shard, piece(0, 0, 0, 0, 1 << 20, 2), body(own, 1), "pieces=1048576");
        assertRefused(shard, piece(0, 0, 0, 0, 1, 1 << 20), body(own, 1), "rows=1048576, expected at most 52428");
        assertRefused(shard, piece(0, 0, 0, 0, 1, -1), body(own, 1), "rows=-1");
        assertRefused(shard, piece(1, 0, 0, 0, 1, 2), body(own, 1), "step=1, expected at most 0");
        shard.addRows(piece(0, 0, 0, 0, 2, 2), body(own, 1));
        assertRefused(shard, piece(0, 0, 0, 1, 3, 2), body(own, 1), "pieces=3, expected 2");
        assertRefused(shard, piece(0, 0, 0, 1, 2, 2), body(own, 1), "id=" + own[0] + " twice in a step");
        assertThat(live).isZero();
        assertThatThrownBy(() -> shard.tables().checkRead(1, own)).hasMessageContaining("table=1");
        assertThatThrownBy(() -> shard.tables().checkRead(0, ids(1, 0, 1))).hasMessageContaining("belongs to server 1");
    }

    private static void assertRefused(ParameterShard shard, RowContribution rows, Bytes body, String message) {
        assertThatThrownBy(() -> shard.addRows(rows, body))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rowsTakeNoMoreThanTheirSettingsSay() {
        TableSpec spec = new TableSpec("t", 16, 1, 0.01);
        for (String optimiser : List.of("rowwise-adagrad", "sparse-adam")) {
            UpdateRule rule = UpdateRules.named(optimiser, Config.parse(new KeyTable(OptimiserKeys.ALL), Map.of()));
            TableSettings settings = new TableSettings(rule, 1, 0, 1, Eviction.NEVER);
            TableRows rows = new TableRows(spec, new RowUpdates(rule, spec.width()).states());
            for (int count = 1; count <= 300_000; count++) {
                rows.create(count * 0x9E3779B97F4A7C15L);
                if (count == 100_000 || count == 200_000 || count == 300_000) {
                    assertThat(rows.bytes() / (double) count)
                            .as(optimiser + " " + count)
                            .isBetween(settings.rowBytes(spec) * 0.85, settings.rowBytes(spec) * 1.02);
                }
            }
        }
    }
}
