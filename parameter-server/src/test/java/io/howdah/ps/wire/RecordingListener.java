// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps what it hears for a test to take. */
final class RecordingListener implements ConnectionListener {
    private final BlockingQueue<Connection> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReceivedFrame> frames = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @Override
    public void opened(Connection connection) {
        opened.add(connection);
    }

    @Override
    public @Nullable ByteBuffer destination(Connection connection, FrameType type, MessageLite header, int bodyLength) {
        return null;
    }

    @Override
    public void received(Connection connection, ReceivedFrame frame) {
        frames.add(frame);
    }

    @Override
    public void writable(Connection connection) {
        // these tests send little
    }

    @Override
    public void closed(Connection connection, String reason) {
        closed.add(reason);
    }

    Connection takeOpened() throws InterruptedException {
        return take(opened);
    }

    ReceivedFrame takeFrame() throws InterruptedException {
        return take(frames);
    }

    String takeClosed() throws InterruptedException {
        return take(closed);
    }

    boolean hasOpened() {
        return !opened.isEmpty();
    }

    int framesWaiting() {
        return frames.size();
    }

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        T element = queue.poll(20, TimeUnit.SECONDS);
        if (element == null) {
            throw new AssertionError("nothing within 20 s");
        }
        return element;
    }
}
