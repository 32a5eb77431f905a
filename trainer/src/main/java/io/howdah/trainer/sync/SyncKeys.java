// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.config.Key;
import java.util.List;
import java.util.stream.Stream;

/** Configuration keys of the parameter store; those of its sparse tables are {@link TableKeys}. */
public final class SyncKeys {
    private static final List<String> WIRE_DTYPES = List.of("bfloat16", "float16", "float32");

    public static final Key<String> GRADIENT_DTYPE = Key.choice(
            "howdah.wire.gradient.dtype",
            "bfloat16",
            WIRE_DTYPES,
            "Format in which gradients travel; sums are float32 always. float16 scales the loss.");

    public static final Key<String> WEIGHT_DTYPE = Key.choice(
            "howdah.wire.weight.dtype",
            "float32",
            WIRE_DTYPES,
            "Format in which weights travel to the workers; masters are float32 always.");

    public static final Key<Long> LOGICAL_WORKERS = Key.integer(
            "howdah.sync.logical.workers",
            0L,
            0,
            65536,
            "",
            "Slices of the global batch. The result depends on this number, not on the number of worker processes;"
                    + " 0 means one per worker process.");

    public static final Key<Long> MAX_SKIPPED_STEPS = Key.integer(
            "howdah.sync.max.skipped.steps",
            32L,
            1,
            Integer.MAX_VALUE,
            "steps",
            "The job fails once this many steps in a row had gradients that were not finite.");

    public static final Key<Long> CHUNK_ELEMENTS = Key.integer(
            "howdah.sync.chunk.elements",
            (long) ParameterTable.CHUNK_ELEMENTS,
            ParameterTable.BLOCK_ELEMENTS,
            1 << 20,
            "elements",
            "Gradients travel and are summed in chunks of this size, rounded up to a multiple of "
                    + ParameterTable.BLOCK_ELEMENTS + ".");

    public static final Key<String> MODE = Key.choice(
            "howdah.sync.mode",
            "sync",
            List.of("sync", "ssp", "async"),
            "sync moves the weights once per step, by the mean gradient of all slices, with the same bits on any number of"
                    + " processes. ssp and async move them by every slice as it comes: workers wait for each other less, or"
                    + " not at all, and the result depends on the order.");

    public static final Key<Long> STALENESS = Key.integer(
            "howdah.sync.staleness",
            1L,
            0,
            Integer.MAX_VALUE,
            "steps",
            "How many steps a worker may be ahead of the slowest one, where howdah.sync.mode is ssp.");

    public static final Key<Boolean> TLS = Key.flag(
            "howdah.ps.tls",
            true,
            "Encrypt connections between workers and parameter servers with TLS 1.3, under certificates made for this job."
                    + " Without it they are cheaper, and still authenticated.");

    public static final Key<String> REPLICATION = Key.choice(
            "howdah.ps.replication",
            "none",
            List.of("none", "backup"),
            "Whether every shard of the parameters is kept on a second server. With backup, a lost server is followed by its"
                    + " backup and by a new container, and no step is lost; servers need twice the memory, and at least"
                    + " two of them. With none, a lost server fails the job, which can resume from its last checkpoint.");

    public static final List<Key<?>> ALL = Stream.concat(
                    Stream.of(
                            GRADIENT_DTYPE,
                            WEIGHT_DTYPE,
                            LOGICAL_WORKERS,
                            MODE,
                            STALENESS,
                            MAX_SKIPPED_STEPS,
                            CHUNK_ELEMENTS,
                            TLS,
                            REPLICATION),
                    TableKeys.ALL.stream())
            .<Key<?>>map(key -> key)
            .toList();

    private SyncKeys() {}
}
