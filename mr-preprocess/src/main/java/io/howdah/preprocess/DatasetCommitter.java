// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.DatasetManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;

/**
 * Commits tasks as {@link FileOutputCommitter} does, by renames; at the end of the job joins the manifests of the
 * reducers into the dataset's, which is written last. Runs in MapReduce's ApplicationMaster, where Arrow could not be
 * loaded without extra options of the JVM; so it reads manifests only.
 */
final class DatasetCommitter extends FileOutputCommitter {
    /** Directory for the manifests of the reducers until the job is committed. */
    static final String FACTS = "_facts";

    private final Path output;

    DatasetCommitter(Path output, TaskAttemptContext context) throws IOException {
        super(output, context);
        this.output = output;
    }

    @Override
    public void commitJob(JobContext context) throws IOException {
        super.commitJob(context);
        FileSystem fileSystem = output.getFileSystem(context.getConfiguration());
        Path facts = new Path(output, FACTS);
        FileStatus[] reducers = fileSystem.listStatus(facts);
        Arrays.sort(reducers);
        List<DatasetManifest> pieces = new ArrayList<>();
        for (FileStatus reducer : reducers) {
            pieces.add(DatasetManifest.read(fileSystem, reducer.getPath()));
        }
        DatasetManifest manifest = DatasetManifest.joined(pieces);
        manifest.verifyLengths(fileSystem, output);
        fileSystem.delete(facts, true);
        manifest.write(fileSystem, output);
    }
}
