// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;

/**
 * From documents to a dataset of packed tokens: duplicates are dropped, the rest is shuffled, parted and packed by the
 * reducers. Mappers send every document under its {@linkplain #key key}; the job's settings are {@link PreprocessKeys}.
 */
public final class DatasetReduction {
    private DatasetReduction() {}

    /**
     * Gives a job this reduction.
     *
     * @param output directory of the dataset; the job creates it
     */
    public static void apply(Job job, int shards, Path output) {
        Configuration settings = job.getConfiguration();
        // Version 2 publishes a task's files one by one, and the manifest takes the place of _SUCCESS.
        settings.setInt(FileOutputCommitter.FILEOUTPUTCOMMITTER_ALGORITHM_VERSION, 1);
        settings.setBoolean(FileOutputCommitter.SUCCESSFUL_JOB_OUTPUT_DIR_MARKER, false);
        FileOutputFormat.setOutputPath(job, output);
        job.setPartitionerClass(ShardPartitioner.class);
        job.setReducerClass(DeduplicateReducer.class);
        job.setNumReduceTasks(shards);
        job.setOutputKeyClass(BytesWritable.class);
        job.setOutputValueClass(BytesWritable.class);
        job.setOutputFormatClass(ShardOutput.class);
    }

    /** The key of a document, whose hash parts and shuffles. */
    public static BytesWritable key(long seed, byte[] document) {
        return DocumentKey.of(seed, document);
    }

    /** Whether a document holds the token that separates documents, and so cannot be packed. */
    public static boolean holdsSeparator(byte[] document) {
        for (byte token : document) {
            if (token == PreprocessKeys.SEPARATOR) {
                return true;
            }
        }
        return false;
    }

    /** The last document of packed tokens: what stands behind the last separator. */
    public static byte[] lastDocument(byte[] packed) {
        int start = packed.length;
        while (start > 0 && packed[start - 1] != PreprocessKeys.SEPARATOR) {
            start--;
        }
        return Arrays.copyOfRange(packed, start, packed.length);
    }

    /** How many documents a job that has ended dropped, by reason; reasons that did not occur are missing. */
    public static Map<DropReason, Long> dropped(Job job) throws IOException {
        Counters counters = job.getCounters();
        Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            long count = counters.findCounter(reason).getValue();
            if (count > 0) {
                dropped.put(reason, count);
            }
        }
        return dropped;
    }
}
