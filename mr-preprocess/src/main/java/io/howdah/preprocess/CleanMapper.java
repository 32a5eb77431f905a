// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.preprocess.DocumentCleaner.Cleaned;
import io.howdah.trainer.config.Config;
import java.io.IOException;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Mapper;

/** Cleans documents: (name, bytes) → ({@link DocumentKey}, cleaned bytes). */
public final class CleanMapper extends Mapper<Text, BytesWritable, BytesWritable, BytesWritable> {
    private DocumentCleaner cleaner = new DocumentCleaner(1);
    private long seed;

    @Override
    protected void setup(Context context) {
        Config config = PreprocessKeys.from(context.getConfiguration());
        cleaner = new DocumentCleaner(config.getInt(PreprocessKeys.MIN_DOCUMENT_BYTES));
        seed = config.get(PreprocessKeys.SEED);
    }

    @Override
    protected void map(Text name, BytesWritable document, Context context) throws IOException, InterruptedException {
        Cleaned cleaned = cleaner.clean(document.getBytes(), document.getLength());
        if (cleaned.content() != null) {
            context.write(DocumentKey.of(seed, cleaned.content()), new BytesWritable(cleaned.content()));
        } else if (cleaned.reason() != null) {
            context.getCounter(cleaned.reason()).increment(1);
        }
    }
}
