// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.PartFacts;
import io.howdah.hdfs.ShardEntry;
import io.howdah.hdfs.ShardLayout;
import io.howdah.preprocess.VacantOutput;
import io.howdah.trainer.config.Config;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes a dataset that is drawn from a known distribution, with a train and a held-out part. The same configuration gives
 * the same bytes, whatever the number of threads; the same examples in the same order, whatever the number of shards. The
 * held-out examples do not depend on the number of examples for training.
 */
public final class Datagen {
    /** Numbers of held-out examples begin here, beyond those of any train part. */
    static final long FIRST_HELDOUT = 1L << 40;

    private final Config config;
    private final Path output;
    private final FileSystem fileSystem;
    private final Generators.Row row;
    private final Generator generator;
    private final ShardLayout layout;

    private Datagen(Configuration hadoop, Config config) throws IOException {
        this.config = config;
        this.row = Generators.named(config.get(DatagenKeys.KIND));
        this.output = new Path(config.get(DatagenKeys.OUTPUT));
        VacantOutput.check("generate", DatagenKeys.OUTPUT, output, hadoop);
        this.fileSystem = output.getFileSystem(hadoop);
        this.generator = row.maker().apply(config);
        this.layout = new ShardLayout(generator.columns(), config.getInt(DatagenKeys.ROWS_PER_BATCH));
    }

    /**
     * Writes the dataset that {@code config}, values of {@link DatagenKeys}, describes. The manifest is written last, by
     * one rename; if something fails or this thread is interrupted, the output directory is deleted.
     *
     * @return the dataset's manifest
     * @throws io.howdah.trainer.config.ConfigException in one line, before anything is written, if the output exists and
     *     is not empty, or a key is missing
     */
    public static DatasetManifest run(Configuration hadoop, Config config) throws IOException {
        return new Datagen(hadoop, config).run();
    }

    private DatasetManifest run() throws IOException {
        boolean done = false;
        try {
            DatasetManifest manifest = write();
            manifest.write(fileSystem, output);
            done = true;
            return manifest;
        } finally {
            if (!done) {
                fileSystem.delete(output, true);
            }
        }
    }

    private long examples(Part part) {
        Long asked = config.find(part == Part.TRAIN ? DatagenKeys.EXAMPLES : DatagenKeys.HELDOUT_EXAMPLES);
        if (asked != null) {
            return asked;
        }
        return part == Part.TRAIN ? row.examples() : row.heldout();
    }

    /** The shards of both parts; a shard without examples is not written. */
    private List<GeneratedRows> shards() {
        int shards = config.getInt(DatagenKeys.SHARDS);
        List<GeneratedRows> planned = new ArrayList<>();
        for (Part part : Part.values()) {
            long examples = examples(part);
            long start = part == Part.TRAIN ? 0 : FIRST_HELDOUT;
            int index = 0;
            for (int shard = 0; shard < shards; shard++) {
                long first = examples * shard / shards;
                long end = examples * (shard + 1) / shards;
                if (end > first) {
                    planned.add(new GeneratedRows(part, index++, start + first, end - first));
                }
            }
        }
        return planned;
    }

    private DatasetManifest write() throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(config.getInt(DatagenKeys.THREADS));
        try {
            Future<Map<String, String>> properties =
                    threads.submit(() -> generator.properties(FIRST_HELDOUT, examples(Part.HELDOUT)));
            List<GeneratedRows> planned = shards();
            List<Future<ShardEntry>> writing = new ArrayList<>();
            for (GeneratedRows rows : planned) {
                writing.add(threads.submit(() -> rows.write(generator, layout, fileSystem, output)));
            }
            List<ShardEntry> entries = new ArrayList<>();
            for (Future<ShardEntry> shard : writing) {
                entries.add(shard.get());
            }
            return manifest(planned, entries, properties.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("Cannot generate: interrupted, expected to"
                    + " reach the end of " + output + "; run datagen again");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            end(threads);
        }
    }

    private DatasetManifest manifest(
            List<GeneratedRows> planned, List<ShardEntry> entries, Map<String, String> properties) {
        Map<Part, PartFacts> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            List<ShardEntry> own = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                if (planned.get(i).part() == part) {
                    own.add(entries.get(i));
                }
            }
            parts.put(part, PartFacts.ofExamples(own));
        }
        String source = "datagen " + row.name() + ", seed " + config.get(DatagenKeys.SEED);
        return new DatasetManifest(layout, source, properties, parts);
    }

    /** A failure of another thread, wrapped so that both stacks are told. */
    private static IOException failure(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new IOException(cause.getMessage(), cause);
    }

    /** Ends the threads and waits for them, so that nothing writes to the output any more. */
    private static void end(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = threads.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
