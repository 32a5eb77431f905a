// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private final Object owner = new Object();

    @Property
    void wastesAtMostASixteenth(@ForAll @LongRange(min = 65, max = (1L << 31) - 8192) long bytes) {
        int place = MemoryPool.sizeClass(bytes);
        long size = MemoryPool.sizeOf(place);
        assertThat(size).isGreaterThanOrEqualTo(bytes).isLessThanOrEqualTo(bytes + Math.max(63, bytes / 16));
        assertThat(size % 64).isZero();
        assertThat(MemoryPool.sizeClass(size)).isEqualTo(place);
        assertThat(MemoryPool.sizeOf(place - 1)).isLessThan((int) bytes);
    }

    @Test
    void reusesBlocksOfOneClass() {
        MemoryPool pool = new MemoryPool(10_000);
        Allocation first = pool.allocate(owner, 1000);
        first.release();
        first.release();
        assertThat(pool.allocate(owner, 990).block()).isSameAs(first.block());
        assertThat(pool.reservedBytes()).isEqualTo(1024);
        assertThat(pool.usedBytes()).isEqualTo(1024);
        assertThat(pool.peakUsedBytes()).isEqualTo(1024);
        assertThat(pool.allocations()).isEqualTo(2);
        assertThat(pool.releases()).isEqualTo(1);
    }

    @Test
    void thePeakBeginsAgainAtWhatIsInUse() {
        MemoryPool pool = new MemoryPool(10_000);
        Allocation kept = pool.allocate(owner, 1000);
        pool.allocate(owner, 2048).release();
        assertThat(pool.peakUsedBytes()).isEqualTo(3072);
        pool.resetPeak();
        assertThat(pool.peakUsedBytes()).isEqualTo(1024);
        pool.allocate(owner, 512).release();
        kept.release();
        assertThat(pool.peakUsedBytes()).isEqualTo(1536);
    }

    @Test
    void alignsBlocks() {
        assertThat(new MemoryPool(4096).allocate(owner, 10).block().address() % 64)
                .isZero();
    }

    @Test
    void dropsFreeBlocksBeforeItRefuses() {
        MemoryPool pool = new MemoryPool(4096);
        pool.allocate(owner, 2048).release();
        Allocation large = pool.allocate(owner, 4096);
        assertThat(pool.reservedBytes()).isEqualTo(4096);
        assertThatThrownBy(() -> pool.allocate(owner, 1))
                .isInstanceOf(OutOfTensorMemoryError.class)
                .hasMessageContaining("bytes=1 used=4096 budget=4096")
                .hasMessageContaining("4096 bytes in 1 tensors: smaller ones");
        large.release();
        assertThat(pool.allocate(owner, 1).block().size()).isEqualTo(64);
    }

    @Test
    void namesTheLargestAllocationSites() {
        MemoryPool pool = new MemoryPool(16 << 20);
        List<Allocation> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(pool.allocate(owner, 4 << 20));
        }
        held.add(pool.allocate(owner, 2 << 20));
        held.add(pool.allocate(owner, 100));
        assertThatThrownBy(() -> pool.allocate(owner, 4 << 20))
                .hasMessageMatching(
                        "(?s).*Largest users: 14680064 bytes in 4 tensors:"
                                + " MemoryPoolTest.namesTheLargestAllocationSites from .*; 128 bytes in 1 tensors: smaller ones");
        held.forEach(Allocation::release);
    }

    @Test
    void refusesTensorsBeyondTwoGibibytes() {
        assertThatThrownBy(() -> MemoryPool.sizeClass(1L << 31)).hasMessageContaining("less than 2 GiB");
    }

    @Test
    void takesBackWhatNobodyReachesBeforeItRefuses() {
        MemoryPool pool = new MemoryPool(4096);
        for (int i = 0; i < 4; i++) {
            pool.allocate(new Object(), 1024);
        }
        Allocation last = pool.allocate(owner, 1024);
        assertThat(pool.backstopFrees()).isBetween(1L, 4L);
        assertThat(last.isReleased()).isFalse();
    }

    @Test
    void whatTheCollectorFindsWasNotReleased() {
        MemoryPool pool = new MemoryPool(4096);
        pool.allocate(new Object(), 4096);
        Allocation kept = pool.allocate(owner, 1024);
        assertThat(pool.usedBytes()).isEqualTo(1024);
        assertThat(pool.unreleasedBytes()).isEqualTo(5120);
        kept.release();
        assertThat(pool.unreleasedBytes()).isEqualTo(4096);
    }
}
