// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.preprocess.DatasetReduction;
import io.howdah.preprocess.DropReason;
import io.howdah.preprocess.PreprocessKeys;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.prompt.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Mapper;

/**
 * Prompts → (key of a document, its bytes): every text, if that is wanted with its prompt in front, of which only
 * what stands behind the last separator is of the same document.
 */
public final class DistillMapper extends Mapper<NullWritable, Prompt, BytesWritable, BytesWritable> {
    @Override
    public void run(Context context) throws IOException, InterruptedException {
        Config config = JobConfiguration.parse(context.getConfiguration());
        long seed = config.get(PreprocessKeys.SEED);
        boolean prompts = config.get(GenerateKeys.DISTILL_PROMPTS);
        GenerationTask.run(context, written -> {
            for (GenerationResult text : written.texts()) {
                ByteArrayOutputStream document = new ByteArrayOutputStream();
                if (prompts) {
                    document.writeBytes(DatasetReduction.lastDocument(written.promptBytes()));
                }
                document.writeBytes(text.bytes());
                send(context, seed, document.toByteArray(), config.getInt(PreprocessKeys.MIN_DOCUMENT_BYTES));
            }
        });
    }

    private static void send(Context context, long seed, byte[] document, int shortest)
            throws IOException, InterruptedException {
        if (DatasetReduction.holdsSeparator(document)) {
            context.getCounter(DropReason.HOLDS_SEPARATOR).increment(1);
        } else if (document.length < shortest) {
            context.getCounter(DropReason.TOO_SHORT).increment(1);
        } else {
            context.write(DatasetReduction.key(seed, document), new BytesWritable(document));
        }
    }
}
