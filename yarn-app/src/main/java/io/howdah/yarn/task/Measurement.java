// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.hdfs.HdfsDataset;
import io.howdah.hdfs.Part;
import io.howdah.trainer.amp.AmpKeys;
import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.train.CheckpointReader;
import io.howdah.trainer.train.Evaluator;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.UnigramBaseline;
import io.howdah.trainer.train.metric.Metrics;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads a committed checkpoint and measures it on held-out data, in a container or in a plain JVM. */
public final class Measurement {
    private Measurement() {}

    /**
     * Measures the checkpoint that {@code config} names, or the newest one.
     *
     * @return what the closing summary shows
     */
    public static Map<String, String> run(Configuration hadoop, Config config) throws IOException {
        Backends.use(config.get(TrainKeys.BACKEND));
        HdfsBlobStore blobs = TrainingSession.checkpoints(hadoop, config);
        CheckpointReader reader = new CheckpointReader(blobs);
        String named = config.find(YarnKeys.EVALUATED_SET);
        String set = named != null ? named : reader.newest();
        if (set == null) {
            throw new FileNotFoundException("Cannot evaluate: no checkpoint under " + config.get(TrainKeys.OUTPUT)
                    + ", expected a committed one; train first");
        }
        Manifest manifest = reader.manifest(set);
        Config trained = Config.parse(JobConfiguration.KEYS, manifest.settings());
        TrainableModel model = Models.create(trained, manifest.properties(), trained.get(TrainKeys.SEED));
        Pretraining.loadFrozen(hadoop, trained, model);
        reader.loadModel(set, manifest, model);
        reader.loadTables(set, manifest, model);
        try (Dataset heldOut = HdfsDataset.open(hadoop, new Path(config.get(TrainKeys.INPUT)), Part.HELDOUT)) {
            Map<String, String> results = new LinkedHashMap<>();
            results.put("checkpoint", blobs.location(set));
            results.putAll(of(Evaluator.evaluate(
                    model, DType.named(trained.get(AmpKeys.DTYPE)), manifest.properties(), heldOut)));
            return results;
        }
    }

    /**
     * An evaluation in words; the loss with every digit that it has. Of a language model, whose samples are bytes, it is
     * told in nats per token and bits per byte.
     */
    static Map<String, String> of(Evaluation evaluation) {
        boolean language = evaluation.metrics().containsKey("bitsPerByte");
        Map<String, String> results = new LinkedHashMap<>();
        results.put(
                language ? "heldOut.natsPerToken" : "heldOut.loss", Double.toString(evaluation.value(Metrics.LOSS)));
        evaluation.metrics().forEach((name, value) -> {
            if (name.equals(UnigramBaseline.METRIC)) {
                results.put("unigram.bitsPerByte", rounded(value / Math.log(2)));
            } else if (!name.equals(Metrics.LOSS)) {
                results.put("heldOut." + name, rounded(value));
            }
        });
        results.put(language ? "heldOut.tokens" : "heldOut.samples", Long.toString(evaluation.samples()));
        return results;
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
