// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.hdfs.HdfsModelFolder;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.yarn.config.GenerateKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.mapreduce.Job;
import org.jspecify.annotations.Nullable;

/**
 * How models come to tasks. On a cluster the nodes fetch their files, each node once, and tasks find links in the folder
 * that they run in; in one process they are read where they lie.
 */
final class TaskModels {
    /** Where the models lie, and how they come; set by the client, not by users. */
    private static final String LOCALISED = "generation.models.localised";

    private static final String WIDE_BYTES = "generation.models.wide.bytes";
    private static final String CALIBRATION = "generation.calibration";
    private static final String MODEL_PREFIX = "howdah-model.";
    private static final String DRAFT_PREFIX = "howdah-draft.";

    private final Configuration hadoop;

    private TaskModels(Configuration hadoop) {
        this.hadoop = hadoop;
    }

    static TaskModels of(Configuration job) {
        return new TaskModels(job);
    }

    /** Tells a job's tasks of the models, and its nodes to fetch them unless all happens in this process. */
    static void ship(Job job, ModelFiles model, @Nullable ModelFiles draft) {
        Configuration settings = job.getConfiguration();
        boolean localised = !settings.get("mapreduce.framework.name", "local").equals("local");
        settings.setBoolean(LOCALISED, localised);
        settings.set(GenerateKeys.MODEL.name(), model.folder().toString());
        settings.setLong(WIDE_BYTES, wideBytes(model, draft));
        ship(job, model, localised, MODEL_PREFIX);
        settings.unset(GenerateKeys.DRAFT_MODEL.name());
        if (draft != null) {
            settings.set(GenerateKeys.DRAFT_MODEL.name(), draft.folder().toString());
            ship(job, draft, localised, DRAFT_PREFIX);
        }
    }

    /** Tells a job's tasks how often the model's heads are right. */
    static void ship(Job job, HeadCalibration calibration) {
        job.getConfiguration().set(CALIBRATION, calibration.json().toString());
    }

    /** What the client shipped, or null. */
    @Nullable
    HeadCalibration calibration() throws IOException {
        String json = hadoop.getRaw(CALIBRATION);
        return json == null ? null : HeadCalibration.of(new ObjectMapper().readTree(json));
    }

    /** Models are read one after the other. */
    static long wideBytes(ModelFiles model, @Nullable ModelFiles draft) {
        return Math.max(model.wideBytes(), draft == null ? 0 : draft.wideBytes());
    }

    private static void ship(Job job, ModelFiles model, boolean localised, String prefix) {
        if (localised) {
            for (FileStatus file : model.files()) {
                String link = prefix + file.getPath().getName();
                job.addCacheFile(URI.create(file.getPath().toUri() + "#" + link));
            }
        }
    }

    boolean areLocalised() {
        return hadoop.getBoolean(LOCALISED, false);
    }

    /** Memory of the larger model's weights in float32. */
    long wideBytes() {
        return hadoop.getLong(WIDE_BYTES, 0);
    }

    ModelFolder model(Config config) throws IOException {
        return folder(config.get(GenerateKeys.MODEL), MODEL_PREFIX);
    }

    @Nullable
    ModelFolder draft(Config config) throws IOException {
        Key<String> key = GenerateKeys.DRAFT_MODEL;
        String path = config.find(key);
        return path == null ? null : folder(path, DRAFT_PREFIX);
    }

    private ModelFolder folder(String path, String prefix) throws IOException {
        return areLocalised()
                ? new LocalisedFolder(Path.of("").toAbsolutePath(), prefix)
                : HdfsModelFolder.at(hadoop, new org.apache.hadoop.fs.Path(path));
    }
}
