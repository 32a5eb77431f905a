// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeldMemoryTest {
    @Test
    void allConnectionsTogetherTakeHalfOfTheDirectMemory() {
        assertThat(HeldMemory.limit(160 << 20, 8, 1 << 20)).isEqualTo(10 << 20);
    }

    @Test
    void aConnectionCanAlwaysTakeTwoBodies() {
        assertThat(HeldMemory.limit(1 << 20, 100, 1 << 20)).isEqualTo(2 << 20);
    }

    @Test
    void muchMemoryIsNoReasonToHoldMuch() {
        assertThat(HeldMemory.limit(1L << 40, 2, 1 << 20)).isEqualTo(256 << 20);
    }
}
