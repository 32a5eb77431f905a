// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {
    /** As docs/formats.md specifies it, computed apart. */
    private static final int MAP_OF_THREE = 1546308681;

    private static final int SHARD_OF_ZERO = 904;
    private static final int SHARD_OF_MINUS_ONE = 915;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void rowsAreSpreadEvenly(int servers) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Placement placement = new Placement(servers);
        int[] random64 = new int[servers];
        int[] inARow = new int[servers];
        int ids = 100_000;
        for (long id = 0; id < ids; id++) {
            random64[placement.server(random.nextLong())]++;
            inARow[placement.server(id)]++;
        }
        for (int server = 0; server < servers; server++) {
            // A share of 1024 virtual shards varies by √(S/1024).
            Percentage within = Percentage.withPercentage(30);
            assertThat(random64[server]).as("seed " + seed).isCloseTo(ids / servers, within);
            assertThat(inARow[server]).isCloseTo(ids / servers, within);
        }
        double most = placement.largestShare() * ids;
        assertThat(Arrays.stream(random64).max().orElseThrow())
                .as("seed " + seed)
                .isCloseTo((int) most, Percentage.withPercentage(3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anotherServerTakesItsShareAndNothingElseMoves(int servers) {
        Placement before = new Placement(servers);
        Placement after = new Placement(servers + 1);
        int moved = 0;
        for (int shard = 0; shard < Placement.VIRTUAL_SHARDS; shard++) {
            if (before.owner(shard) != after.owner(shard)) {
                assertThat(after.owner(shard)).isEqualTo(servers);
                moved++;
            }
        }
        assertThat(moved).isCloseTo(Placement.VIRTUAL_SHARDS / (servers + 1), Percentage.withPercentage(30));
    }

    /** Both ends of the wire compute it, so that it may never change. */
    @Test
    void theMapIsFrozen() {
        Placement placement = new Placement(3);
        int[] owners = new int[Placement.VIRTUAL_SHARDS];
        Arrays.setAll(owners, placement::owner);
        assertThat(Arrays.hashCode(owners)).isEqualTo(MAP_OF_THREE);
        assertThat(Placement.shard(0)).isEqualTo(SHARD_OF_ZERO);
        assertThat(Placement.shard(-1)).isEqualTo(SHARD_OF_MINUS_ONE);
    }

    @Test
    void noServerIsRefused() {
        assertThatThrownBy(() -> new Placement(0)).hasMessageContaining("servers=0");
    }
}
