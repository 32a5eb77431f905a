// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.heads.HeadCalibrator;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.prompt.Prompt;
import java.io.IOException;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Mapper;

/** Rows of tokens → one count of how often the model's heads were right, as JSON. */
public final class CalibrateMapper extends Mapper<NullWritable, Prompt, NullWritable, Text> {
    @Override
    public void run(Context context) throws IOException, InterruptedException {
        try {
            count(context);
        } catch (IOException | RuntimeException e) {
            TaskFailures.note(context.getJobID(), e);
            throw e;
        }
    }

    private static void count(Context context) throws IOException, InterruptedException {
        Config config = JobConfiguration.parse(context.getConfiguration());
        Backends.use(config.get(TrainKeys.BACKEND));
        try (OpenModel model =
                OpenModel.read(TaskModels.of(context.getConfiguration()).model(config))) {
            TokenHeads heads = model.heads();
            if (heads == null) {
                throw new IOException("Cannot calibrate: model=" + config.get(GenerateKeys.MODEL)
                        + " has no heads, expected some; train with howdah.model.mtp.kind or howdah.model.medusa.kind");
            }
            HeadCalibrator calibrator = new HeadCalibrator(
                    model.network(), heads, model.context(), config.getInt(GenerateKeys.CALIBRATE_RANKS));
            while (context.nextKeyValue()) {
                calibrator.add(((Prompt.Tokens) context.getCurrentValue().content()).tokens(), 0);
                context.progress();
            }
            context.write(
                    NullWritable.get(), new Text(calibrator.result().json().toString()));
            model.codec().close();
        }
    }
}
