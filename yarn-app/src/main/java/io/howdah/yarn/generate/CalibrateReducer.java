// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.decode.heads.HeadCalibration;
import java.io.IOException;
import java.util.Iterator;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Reducer;

/** Adds the counts of all mappers up. */
public final class CalibrateReducer extends Reducer<NullWritable, Text, NullWritable, Text> {
    @Override
    protected void reduce(NullWritable key, Iterable<Text> counts, Context context)
            throws IOException, InterruptedException {
        Iterator<Text> all = counts.iterator();
        HeadCalibration sum = parse(all.next());
        while (all.hasNext()) {
            sum = sum.plus(parse(all.next()));
        }
        context.write(key, new Text(sum.json().toString()));
    }

    private static HeadCalibration parse(Text json) throws IOException {
        return HeadCalibration.of(new ObjectMapper().readTree(json.toString()));
    }
}
