// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    @Property
    void wastesAtMostAQuarter(@ForAll @LongRange(min = 257, max = (1L << 31) - 8192) long bytes) {
        int size = MemoryPool.sizeClass(bytes);
        assertThat((long) size).isGreaterThanOrEqualTo(bytes).isLessThanOrEqualTo(bytes + Math.max(64, bytes / 4));
        assertThat(size % 64).isZero();
    }

    @Test
    void reusesBlocksOfOneClass() {
        MemoryPool pool = new MemoryPool(10_000);
        ByteBuffer first = pool.allocate(1000);
        pool.release(first);
        assertThat(pool.allocate(990)).isSameAs(first);
        assertThat(pool.reservedBytes()).isEqualTo(1024);
        assertThat(pool.usedBytes()).isEqualTo(1024);
        assertThat(pool.peakUsedBytes()).isEqualTo(1024);
    }

    @Test
    void dropsFreeBlocksBeforeItRefuses() {
        MemoryPool pool = new MemoryPool(4096);
        pool.release(pool.allocate(2048));
        ByteBuffer large = pool.allocate(4096);
        assertThat(pool.reservedBytes()).isEqualTo(4096);
        assertThatThrownBy(() -> pool.allocate(1))
                .isInstanceOf(OutOfTensorMemoryError.class)
                .hasMessageContaining("bytes=1 used=4096 budget=4096");
        pool.release(large);
        assertThat(pool.allocate(1).capacity()).isEqualTo(256);
    }

    @Test
    void refusesTensorsBeyondTwoGibibytes() {
        assertThatThrownBy(() -> MemoryPool.sizeClass(1L << 31)).hasMessageContaining("less than 2 GiB");
    }

    @Test
    void countsBlocksThatOnlyTheGarbageCollectorFound() {
        MemoryPool pool = new MemoryPool(4096);
        pool.releaseUnreachable(pool.allocate(10));
        assertThat(pool.backstopFrees()).isEqualTo(1);
        assertThat(pool.usedBytes()).isZero();
    }
}
