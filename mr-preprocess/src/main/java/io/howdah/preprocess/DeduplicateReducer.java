// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.io.IOException;
import java.util.Iterator;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.mapreduce.Reducer;

/** Passes one of the documents with the same key on and counts the others. */
public final class DeduplicateReducer extends Reducer<BytesWritable, BytesWritable, BytesWritable, BytesWritable> {
    @Override
    protected void reduce(BytesWritable key, Iterable<BytesWritable> documents, Context context)
            throws IOException, InterruptedException {
        Iterator<BytesWritable> same = documents.iterator();
        context.write(key, same.next());
        long duplicates = 0;
        while (same.hasNext()) {
            same.next();
            duplicates++;
        }
        if (duplicates > 0) {
            context.getCounter(DropReason.DUPLICATE).increment(duplicates);
        }
    }
}
