// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes Netty follow every buffer while the tests of a class run, and fails the class if one was never released. */
final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
    private static final String BAIT = "leaked on purpose, to see that leaks are seen: ";
    private static final int ROUNDS = 200;

    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

    @Override
    public void beforeAll(ExtensionContext context) {
        before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(records));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        PrintStream log = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        try {
            leak(context.getDisplayName());
        } finally {
            System.setErr(log);
        }
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(before);
        assertThat(leaks).anyMatch(LeakWatch::isBait);
        assertThat(leaks).allMatch(LeakWatch::isBait);
    }

    /** Netty tells of leaks from one place once: the name tells this one from those of other classes. */
    private void leak(String name) {
        PooledByteBufAllocator.DEFAULT.directBuffer(1).touch(BAIT + name);
        for (int round = 0; round < ROUNDS && leaks.stream().noneMatch(LeakWatch::isBait); round++) {
            System.gc();
            // Whoever takes a buffer reports what the collector has found.
            PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
    }

    private static boolean isBait(String records) {
        return records.contains(BAIT);
    }
}
