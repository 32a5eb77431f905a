// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A worker's pulls of parameters: asks every server for its part, whose pieces are read straight into the tensor. */
final class RangePulls {
    private final List<ServerLink> links;
    private final Map<Long, PendingPull> pulls = new LinkedHashMap<>();
    private long nextRequest;

    /** @param links to all servers, in order */
    RangePulls(List<ServerLink> links) {
        this.links = links;
    }

    /** Asks for one parameter of the agreed {@code model}. */
    void pull(AgreedModel model, int parameter, RowPulls.Oldest oldest, Tensor into, CompletableFuture<Long> future) {
        ParameterTable table = model.table();
        table.checkPull(parameter, into);
        ByteBuffer bytes = into.buffer();
        long from = table.offset(parameter);
        long to = table.offset(parameter + 1);
        long request = nextRequest++;
        Pull.Builder pull = Pull.newBuilder()
                .setRequest(request)
                .setMinimumVersion(oldest.version())
                .setMinimumSequence(oldest.sequence())
                .setDtype(Messages.dtype(into.dtype()));
        PendingPull pending = new PendingPull(future, bytes, from, into.dtype().bytes());
        pulls.put(request, pending);
        for (int server = 0; server < links.size(); server++) {
            ShardRange range = model.ranges().get(server);
            long pieceFrom = Math.max(from, range.from());
            long pieceTo = Math.min(to, range.to());
            boolean emptyParameter = from == to && server == 0;
            if (pieceFrom < pieceTo || emptyParameter) {
                long start = emptyParameter ? range.from() : pieceFrom;
                pending.expect(
                        server,
                        pull.setFrom(start)
                                .setTo(emptyParameter ? start : pieceTo)
                                .build());
                links.get(server).send(FrameType.PULL, pull.build());
            }
        }
    }

    /** Where a piece belongs; null if nobody waits for it. */
    @Nullable
    ByteBuffer destination(Pulled piece, int bytes) {
        PendingPull pull = pulls.get(piece.getRequest());
        return pull == null ? null : pull.destination(piece, bytes);
    }

    /** A piece has arrived. */
    void pulled(ServerLink link, Pulled piece) {
        PendingPull pull = pulls.get(piece.getRequest());
        if (pull != null && pull.arrived(link.server(), piece)) {
            pulls.remove(piece.getRequest());
            pull.future().complete(pull.version());
        }
    }

    /** Asks a server again for all that it has not answered. */
    void resume(ServerLink link) {
        for (PendingPull pull : pulls.values()) {
            Pull missing = pull.missing(link.server());
            if (missing != null) {
                link.send(FrameType.PULL, missing);
            }
        }
    }

    /** Forgets all that waits. */
    void clear() {
        pulls.clear();
    }
}
