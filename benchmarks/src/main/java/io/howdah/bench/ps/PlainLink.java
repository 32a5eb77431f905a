// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The baseline's client. */
final class PlainLink implements Link {
    private final SocketChannel channel;
    private final ByteBuffer body = ByteBuffer.allocateDirect(PsCommand.LARGEST);
    private final ByteBuffer request = ByteBuffer.allocateDirect(PlainServer.REQUEST_BYTES);

    PlainLink(int port) throws IOException {
        this.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @Override
    public long[] run(Exchanges exchanges) throws IOException {
        long[] times = new long[exchanges.count()];
        int answered = 0;
        for (int sent = 0; answered < times.length; ) {
            if (sent < times.length && sent - answered < exchanges.window()) {
                times[sent++] = System.nanoTime();
                send(exchanges);
            } else {
                receive(exchanges);
                times[answered] = System.nanoTime() - times[answered];
                answered++;
            }
        }
        return times;
    }

    private void send(Exchanges exchanges) throws IOException {
        request.clear()
                .putInt(exchanges.act().ordinal())
                .putInt(exchanges.bytes())
                .flip();
        ByteBuffer[] parts = {request, body};
        body.clear().limit(exchanges.act() == Act.PUSH ? exchanges.bytes() : 0);
        while (request.hasRemaining() || body.hasRemaining()) {
            channel.write(parts);
        }
    }

    private void receive(Exchanges exchanges) throws IOException {
        body.clear().limit(exchanges.act() == Act.PULL ? exchanges.bytes() : PlainServer.ANSWER_BYTES);
        if (!PlainServer.fill(channel, body)) {
            throw new EOFException("the server ended within an answer");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
