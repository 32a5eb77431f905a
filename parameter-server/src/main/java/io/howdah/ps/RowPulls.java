// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.PullRows;
import io.howdah.ps.proto.PulledRows;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.RowContribution;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A worker's pulls of rows: asks every server for those that it keeps, and puts the answers in their places. */
final class RowPulls {
    private final Placement placement;
    private final Sender sender;
    private final Map<Long, Piece> pieces = new LinkedHashMap<>();
    private long nextRequest;

    /** Sends a frame to a server. */
    @FunctionalInterface
    interface Sender {
        void send(int server, FrameType type, PullRows header, int bytes, Consumer<ByteBuffer> fill);
    }

    /** What the pieces of one call have in common. */
    private static final class Call {
        private final CompletableFuture<Long> future;
        private final ByteBuffer into;
        private final int rowBytes;
        private int missing;
        private long version = Long.MAX_VALUE;

        Call(CompletableFuture<Long> future, ByteBuffer into, int rowBytes) {
            this.future = future;
            this.into = into;
            this.rowBytes = rowBytes;
        }
    }

    /**
     * What one frame asks for.
     *
     * @param ids of the whole call
     * @param places of the rows that the frame answers
     */
    private record Piece(Call call, int server, PullRows header, long[] ids, int[] places) {}

    RowPulls(Placement placement, Sender sender) {
        this.placement = placement;
        this.sender = sender;
    }

    /** The oldest version that rows may be of, and how many slices must have been applied to them. */
    record Oldest(long version, long sequence) {}

    /** Asks for rows; {@code width} is that of the table. */
    void pull(int table, int width, long[] ids, Oldest oldest, Tensor into, CompletableFuture<Long> future) {
        DType dtype = into.dtype();
        Call call = new Call(future, into.buffer(), width * dtype.bytes());
        int most = RowContribution.rowsPerPiece(width, dtype);
        int[][] places = places(ids);
        for (int[] own : places) {
            call.missing += (own.length + most - 1) / most;
        }
        PullRows.Builder header = PullRows.newBuilder()
                .setTable(table)
                .setMinimumVersion(oldest.version)
                .setMinimumSequence(oldest.sequence)
                .setDtype(Messages.dtype(dtype));
        if (call.missing == 0) {
            // No server has to be asked for nothing, but one tells when the version is there.
            call.missing = 1;
            ask(call, 0, header, ids, new int[0]);
        }
        for (int server = 0; server < places.length; server++) {
            for (int from = 0; from < places[server].length; from += most) {
                int to = Math.min(places[server].length, from + most);
                ask(call, server, header, ids, Arrays.copyOfRange(places[server], from, to));
            }
        }
    }

    /** The places of the ids of each server. */
    private int[][] places(long[] ids) {
        int[] counts = new int[placement.servers()];
        for (long id : ids) {
            counts[placement.server(id)]++;
        }
        int[][] places = new int[counts.length][];
        for (int server = 0; server < counts.length; server++) {
            places[server] = new int[counts[server]];
        }
        Arrays.fill(counts, 0);
        for (int i = 0; i < ids.length; i++) {
            int server = placement.server(ids[i]);
            places[server][counts[server]++] = i;
        }
        return places;
    }

    private void ask(Call call, int server, PullRows.Builder header, long[] ids, int[] places) {
        long request = nextRequest++;
        Piece piece = new Piece(call, server, header.setRequest(request).build(), ids, places);
        pieces.put(request, piece);
        ask(piece);
    }

    private void ask(Piece piece) {
        sender.send(piece.server, FrameType.PULL_ROWS, piece.header, piece.places.length * Long.BYTES, into -> {
            into.order(ByteOrder.LITTLE_ENDIAN);
            for (int place : piece.places) {
                into.putLong(piece.ids[place]);
            }
        });
    }

    /** Asks a server again for all that it has not answered. */
    void resume(int server) {
        for (Piece piece : pieces.values()) {
            if (piece.server == server) {
                ask(piece);
            }
        }
    }

    /** Takes an answer and releases its body. */
    void pulled(ReceivedFrame frame) {
        try {
            PulledRows header = frame.header(PulledRows.class);
            Piece piece = pieces.remove(header.getRequest());
            if (piece != null) {
                put(piece, frame.body().bytes());
                Call call = piece.call;
                call.version = Math.min(call.version, header.getVersion());
                call.missing--;
                if (call.missing == 0) {
                    call.future.complete(call.version);
                }
            }
        } finally {
            frame.body().release();
        }
    }

    private static void put(Piece piece, ByteBuffer body) {
        int rowBytes = piece.call.rowBytes;
        if (body.remaining() != piece.places.length * rowBytes) {
            throw new IllegalArgumentException("Cannot read rows: bytes=" + body.remaining() + ", expected "
                    + piece.places.length + " rows of " + rowBytes + " bytes; both ends must run the same version");
        }
        for (int i = 0; i < piece.places.length; i++) {
            piece.call.into.put(piece.places[i] * rowBytes, body, i * rowBytes, rowBytes);
        }
    }

    /** Forgets all that waits. */
    void clear() {
        pieces.clear();
    }
}
