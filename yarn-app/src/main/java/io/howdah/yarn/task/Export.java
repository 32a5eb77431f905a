// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.pretrained.ByteTokenizer;
import io.howdah.trainer.model.pretrained.ModelExport;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.train.CheckpointReader;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a checkpoint as a folder that the Hugging Face library loads. */
public final class Export {
    private static final Logger LOG = LoggerFactory.getLogger(Export.class);

    private Export() {}

    /**
     * Exports the checkpoint that {@code config} names, or the newest one.
     *
     * @param to the folder to be made
     * @param dtype of the written weights
     * @return what is shown of it
     * @throws FileAlreadyExistsException if {@code to} exists
     */
    public static Map<String, String> run(Configuration hadoop, Config config, Path to, DType dtype)
            throws IOException {
        FileSystem fileSystem = to.getFileSystem(hadoop);
        Path target = fileSystem.makeQualified(to);
        if (fileSystem.exists(target) || target.isRoot()) {
            throw new FileAlreadyExistsException(
                    "Cannot export: to=" + target + " exists, expected a new folder; choose another name");
        }
        Backends.use(config.get(TrainKeys.BACKEND));
        HdfsBlobStore checkpoints = TrainingSession.checkpoints(hadoop, config);
        CheckpointReader reader = new CheckpointReader(checkpoints);
        String named = config.find(YarnKeys.EVALUATED_SET);
        String set = named != null ? named : reader.newest();
        if (set == null) {
            throw new FileNotFoundException("Cannot export: no checkpoint under " + config.get(TrainKeys.OUTPUT)
                    + ", expected a committed one; train first");
        }
        Manifest manifest = reader.manifest(set);
        Config trained = Config.parse(JobConfiguration.KEYS, manifest.settings());
        TrainableModel model = Models.create(trained, manifest.properties(), trained.get(TrainKeys.SEED));
        try {
            ModelExport export = ModelExport.of(model, dtype);
            Pretraining.loadFrozen(hadoop, trained, model);
            reader.loadModel(set, manifest, model);
            ModelFolder origin = tokenizerOf(hadoop, trained, manifest);
            export.write(HdfsBlobStore.at(hadoop, target.getParent()), target.getName(), origin);
        } finally {
            model.module().close();
        }
        Map<String, String> results = new LinkedHashMap<>();
        results.put("checkpoint", checkpoints.location(set));
        results.put("model", manifest.model() + " in " + dtype);
        results.put("folder", target.toString());
        return results;
    }

    /**
     * Where the tokenizer comes from: what the training started from, if it is still there, since the weights do not need
     * it; or the tokens are bytes.
     */
    private static @Nullable ModelFolder tokenizerOf(Configuration hadoop, Config trained, Manifest manifest)
            throws IOException {
        ModelFolder origin = Pretraining.origin(hadoop, trained);
        if (origin == null) {
            String vocabulary = Integer.toString(ByteTokenizer.VOCABULARY);
            return vocabulary.equals(manifest.properties().get("vocabulary")) ? new ByteTokenizer() : null;
        }
        try {
            origin.files();
            return origin;
        } catch (IOException e) {
            LOG.warn("Exporting without tokenizer: {} cannot be read any more", origin.location(), e);
            return null;
        }
    }
}
