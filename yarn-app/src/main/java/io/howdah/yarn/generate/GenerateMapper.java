// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.yarn.generate.prompt.Prompt;
import io.howdah.yarn.generate.prompt.PromptSplit;
import java.io.IOException;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Mapper;

/** Prompts → (number of the split, {@link ResultLine}), in the order of the prompts. */
public final class GenerateMapper extends Mapper<NullWritable, Prompt, IntWritable, Text> {
    /** Many prompts at a time, instead of one after the other. */
    @Override
    public void run(Context context) throws IOException, InterruptedException {
        IntWritable ordinal = new IntWritable(((PromptSplit) context.getInputSplit()).ordinal());
        GenerationTask.run(context, written -> context.write(ordinal, new Text(ResultLine.of(written))));
    }
}
