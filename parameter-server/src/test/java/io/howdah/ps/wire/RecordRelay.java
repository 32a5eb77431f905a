// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between two ends of one connection, passes TLS records on as they are, and measures them. */
final class RecordRelay implements AutoCloseable {
    private static final int HEADER_BYTES = 5;

    private final ServerSocket accepting = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Socket onward = new Socket();
    private final AtomicInteger longest = new AtomicInteger();

    RecordRelay(InetSocketAddress server) throws IOException {
        start(() -> {
            Socket client = accepting.accept();
            onward.connect(server);
            start(() -> pass(client, onward));
            pass(onward, client);
        });
    }

    InetSocketAddress address() {
        return new InetSocketAddress(accepting.getInetAddress(), accepting.getLocalPort());
    }

    /** Bytes of the longest record's content so far. */
    int longestRecord() {
        return longest.get();
    }

    private void pass(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            while (true) {
                byte[] header = in.readNBytes(HEADER_BYTES);
                if (header.length < HEADER_BYTES) {
                    return;
                }
                int length = (header[3] & 0xff) << 8 | header[4] & 0xff;
                longest.accumulateAndGet(length, Math::max);
                byte[] content = in.readNBytes(length);
                out.write(header);
                out.write(content);
            }
        }
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // an end closed: nothing more to pass on
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        accepting.close();
        onward.close();
    }

    private interface Work {
        void run() throws IOException;
    }
}
