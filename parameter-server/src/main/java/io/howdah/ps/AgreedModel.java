// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ChunkAssembler;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.RowCutter;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a worker agrees on with all servers, and what is cut accordingly.
 *
 * @param table all parameters
 * @param ranges of the servers, in order
 * @param assembler of gradients into chunks
 * @param cutter of the gradients of rows
 * @param rowPulls what is asked for of the sparse tables
 * @param weights the first ones, where this process brings them
 * @param answers what came of agreeing
 */
record AgreedModel(
        ParameterTable table,
        List<ShardRange> ranges,
        ChunkAssembler assembler,
        RowCutter cutter,
        RowPulls rowPulls,
        @Nullable List<Tensor> weights,
        Answers answers) {
    /**
     * The agreement that a process asks for.
     *
     * @param links to all servers, in order
     * @param initialised completes with the version to begin at
     */
    static AgreedModel of(
            SyncSettings settings,
            ParameterTable table,
            @Nullable List<Tensor> weights,
            List<ServerLink> links,
            CompletableFuture<Long> initialised) {
        Placement placement = new Placement(links.size());
        List<ShardRange> ranges = settings.ranges(table, links.size());
        ChunkAssembler assembler = new ChunkAssembler(
                table,
                ranges,
                chunk -> links.get(chunk.shard())
                        .gradient(
                                FrameType.GRADIENT,
                                chunk.contribution().step(),
                                Messages.gradient(chunk.contribution()),
                                chunk.payload()));
        RowCutter cutter = new RowCutter(
                table.tables(),
                placement,
                (server, rows, bytes, fill) -> links.get(server)
                        .gradient(
                                FrameType.ROW_GRADIENT,
                                rows.push().step(),
                                Messages.rows(rows),
                                KeptBytes.filled(bytes, fill)));
        RowPulls rowPulls = new RowPulls(
                placement,
                (server, type, header, bytes, fill) -> links.get(server).send(type, header, bytes, fill));
        return new AgreedModel(
                table, ranges, assembler, cutter, rowPulls, weights, new Answers(links.size(), initialised));
    }

    /** Versions that the servers have told. */
    static final class Answers {
        final @Nullable Long[] versions;
        final CompletableFuture<Long> initialised;

        /** The oldest version when the servers were asked again; -1 if they were not. */
        long oldest = -1;

        Answers(int servers, CompletableFuture<Long> initialised) {
            this.versions = new Long[servers];
            this.initialised = initialised;
        }
    }
}
