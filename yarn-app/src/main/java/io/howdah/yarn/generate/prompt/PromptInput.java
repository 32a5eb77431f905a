// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import io.howdah.trainer.config.ConfigException;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.InputFormat;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.security.TokenCache;

/**
 * Prompts as the input of a job. Splits are consecutive pieces of about the same work, cut between any two lines of any
 * file; their order is that of the prompts.
 */
public final class PromptInput extends InputFormat<NullWritable, Prompt> {
    @Override
    public List<InputSplit> getSplits(JobContext context) throws IOException {
        List<PromptSplit> splits = splits(context.getConfiguration());
        Path[] paths = splits.stream()
                .flatMap(split -> split.ranges().stream())
                .map(range -> new Path(range.path()))
                .toArray(Path[]::new);
        TokenCache.obtainTokensForNamenodes(context.getCredentials(), paths, context.getConfiguration());
        return new ArrayList<>(splits);
    }

    /**
     * Looks through the prompts and shares them out.
     *
     * @throws IOException in one line, if one is malformed and such are refused
     * @throws ConfigException in one line, if there is none
     */
    static List<PromptSplit> splits(Configuration hadoop) throws IOException {
        PromptSettings settings = new PromptSettings(JobConfiguration.parse(hadoop));
        SplitPlan plan = settings.source().plan(hadoop, settings);
        List<SplitPlan.Piece> pieces = plan.pieces(settings.config().getInt(GenerateKeys.TASKS));
        List<PromptSplit> splits = new ArrayList<>();
        for (SplitPlan.Piece piece : pieces) {
            splits.add(new PromptSplit(
                    splits.size(),
                    piece.weight(),
                    piece.ranges(),
                    hosts(hadoop, piece.ranges().get(0))));
        }
        if (splits.stream().allMatch(split -> split.getLength() == 0)) {
            throw new ConfigException("Cannot generate: " + GenerateKeys.INPUT.name() + "=" + settings.input()
                    + " holds no prompt, expected at least one; correct the path or "
                    + GenerateKeys.FORMAT.name());
        }
        return splits;
    }

    /**
     * Reads one prompt alone.
     *
     * @param number of the prompt, from 0 on
     * @throws IOException in one line, if one before it is malformed
     * @throws ConfigException in one line, if there are not so many
     */
    public static Prompt at(Configuration hadoop, long number) throws IOException {
        PromptSettings settings = new PromptSettings(JobConfiguration.parse(hadoop));
        long left = number;
        for (PromptSplit split : splits(hadoop)) {
            for (PromptRange range : split.ranges()) {
                try (PromptCursor cursor = settings.source().open(hadoop, settings, range, skipped -> {})) {
                    for (Prompt prompt = cursor.next(); prompt != null; prompt = cursor.next()) {
                        if (left-- == 0) {
                            return prompt;
                        }
                    }
                }
            }
        }
        throw new ConfigException("Cannot read prompt: number=" + number + " " + GenerateKeys.INPUT.name() + "="
                + settings.input() + ", expected less than " + (number - left) + "; choose another");
    }

    private static String[] hosts(Configuration hadoop, PromptRange range) throws IOException {
        Path path = new Path(range.path());
        FileSystem fileSystem = path.getFileSystem(hadoop);
        FileStatus status = fileSystem.getFileStatus(path);
        BlockLocation[] blocks = status.isFile() ? fileSystem.getFileBlockLocations(status, range.offset(), 1) : null;
        return blocks == null || blocks.length == 0 ? new String[0] : blocks[0].getHosts();
    }

    @Override
    public RecordReader<NullWritable, Prompt> createRecordReader(InputSplit split, TaskAttemptContext context) {
        return new PromptReader();
    }
}
