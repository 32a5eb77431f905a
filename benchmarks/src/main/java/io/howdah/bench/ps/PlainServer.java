// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The baseline's server: blocking channels, a request of eight bytes, no checks, no security. */
final class PlainServer implements AutoCloseable {
    /** Act and length of a request. */
    static final int REQUEST_BYTES = 8;

    static final int ANSWER_BYTES = 1;

    private final ServerSocketChannel listening;

    private PlainServer(ServerSocketChannel listening) {
        this.listening = listening;
    }

    static PlainServer start() throws IOException {
        ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        PlainServer server = new PlainServer(listening);
        Thread thread = new Thread(server::serve, "plain-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    int port() throws IOException {
        return ((InetSocketAddress) listening.getLocalAddress()).getPort();
    }

    private void serve() {
        try (SocketChannel channel = listening.accept()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
            ByteBuffer body = ByteBuffer.allocateDirect(PsCommand.LARGEST);
            Accumulator accumulator = new Accumulator();
            while (fill(channel, request.clear())) {
                boolean push = request.getInt(0) == Link.Act.PUSH.ordinal();
                body.clear().limit(request.getInt(Integer.BYTES));
                if (push) {
                    if (!fill(channel, body)) {
                        throw new EOFException("the client ended within a body");
                    }
                    accumulator.add(body.flip());
                    body.clear().limit(ANSWER_BYTES);
                }
                while (body.hasRemaining()) {
                    channel.write(body);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the buffer is full; false where the other end closed before. */
    static boolean fill(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
