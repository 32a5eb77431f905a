// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.hdfs.HdfsModelFolder;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.pretrained.ByteTokenizer;
import io.howdah.trainer.train.CheckpointReader;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.YarnKeys;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a model lies, and which files make it up.
 *
 * @param folder of a committed checkpoint, or in Hugging Face's layout
 * @param files those that are read
 */
public record ModelFiles(Path folder, List<FileStatus> files) {
    private static final String CONFIG = "config.json";
    private static final String SAFETENSORS = ".safetensors";
    private static final String CHECKPOINTS = "checkpoints";
    private static final int NARROW_TO_WIDE = 2;

    public ModelFiles {
        files = List.copyOf(files);
    }

    /**
     * Looks for a model in the output folder of a training, in one of its checkpoints, or in a folder in Hugging Face's
     * layout.
     *
     * @param config tells which checkpoint of a training, else it is the newest
     * @throws JobFailedException in one line, if there is none
     */
    public static ModelFiles find(Configuration hadoop, Config config, Path path)
            throws IOException, JobFailedException {
        FileSystem fileSystem = path.getFileSystem(hadoop);
        if (fileSystem.exists(new Path(path, CHECKPOINTS))) {
            HdfsBlobStore checkpoints = HdfsBlobStore.at(hadoop, new Path(path, CHECKPOINTS));
            String named = config.find(YarnKeys.EVALUATED_SET);
            String set = named != null ? named : new CheckpointReader(checkpoints).newest();
            if (set == null || !checkpoints.committed().contains(set)) {
                throw new JobFailedException("Cannot find model: path=" + path + " checkpoint="
                        + (named == null ? "newest" : named) + ", expected one of " + checkpoints.committed()
                        + "; train first, or name another with -D " + YarnKeys.EVALUATED_SET.name() + "=…");
            }
            return of(fileSystem, new Path(new Path(path, CHECKPOINTS), set));
        }
        return of(fileSystem, path);
    }

    private static ModelFiles of(FileSystem fileSystem, Path folder) throws IOException, JobFailedException {
        Path qualified = fileSystem.makeQualified(folder);
        List<FileStatus> all = new ArrayList<>();
        try {
            for (FileStatus status : fileSystem.listStatus(qualified)) {
                if (status.isFile()) {
                    all.add(status);
                }
            }
        } catch (FileNotFoundException e) {
            throw new JobFailedException(
                    "Cannot find model: path=" + folder
                            + " is missing, expected the output of a training, a checkpoint or" + " a folder with "
                            + CONFIG + "; correct the path",
                    e);
        }
        List<String> names = all.stream().map(file -> file.getPath().getName()).toList();
        boolean checkpoint = names.contains(Manifest.BLOB);
        if (!checkpoint && !names.contains(CONFIG)) {
            throw new JobFailedException("Cannot find model: path=" + folder + " holds " + names + ", expected "
                    + Manifest.BLOB + " of a checkpoint or " + CONFIG + "; correct the path");
        }
        return new ModelFiles(
                qualified,
                all.stream()
                        .filter(file -> isRead(file.getPath().getName(), checkpoint))
                        .toList());
    }

    private static boolean isRead(String name, boolean checkpoint) {
        return checkpoint
                ? name.equals(Manifest.BLOB) || name.equals(Manifest.MODEL_BLOB)
                : name.endsWith(".json") || name.endsWith(SAFETENSORS);
    }

    /**
     * Refuses a model whose tokens are not bytes: a dataset could not hold what it writes.
     *
     * @throws JobFailedException in one line
     */
    void checkBytes(Configuration hadoop) throws IOException, JobFailedException {
        if (isCheckpoint()) {
            return; // datasets hold nothing else
        }
        try (InputStream in = HdfsModelFolder.at(hadoop, folder).open(CONFIG)) {
            int vocabulary = new ObjectMapper().readTree(in).path("vocab_size").asInt();
            if (vocabulary != ByteTokenizer.VOCABULARY) {
                throw new JobFailedException("Cannot distill: model=" + folder + " vocabulary=" + vocabulary
                        + ", expected " + ByteTokenizer.VOCABULARY
                        + ", since datasets hold bytes; use generate, or a model of bytes");
            }
        }
    }

    private boolean isCheckpoint() {
        return files.stream().anyMatch(file -> file.getPath().getName().equals(Manifest.BLOB));
    }

    /** Memory of the weights in float32, at most: files of others may hold 16-bit numbers. */
    public long wideBytes() {
        long stored = files.stream()
                .filter(file -> file.getPath().getName().endsWith(SAFETENSORS))
                .mapToLong(FileStatus::getLen)
                .sum();
        return isCheckpoint() ? stored : NARROW_TO_WIDE * stored;
    }
}
