// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import io.howdah.trainer.config.ConfigException;
import io.howdah.yarn.config.GenerateKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The files of prompts that an input names. */
final class PromptFiles {
    private PromptFiles() {}

    /**
     * A file.
     *
     * @param name its path below the directory that was named, or its own name
     */
    record Found(FileStatus status, String name) {}

    /**
     * All files of an input, hidden ones left out: in the order of the input, in a directory by name.
     *
     * @throws ConfigException in one line, if a path does not exist
     */
    static List<Found> list(Configuration hadoop, String input) throws IOException {
        List<Found> files = new ArrayList<>();
        for (String text : input.split(",")) {
            Path path = new Path(text.strip());
            FileSystem fileSystem = path.getFileSystem(hadoop);
            FileStatus[] roots = fileSystem.globStatus(path);
            if (roots == null || roots.length == 0) {
                throw new ConfigException("Cannot generate: " + GenerateKeys.INPUT.name() + "=" + path
                        + " does not exist, expected files or directories of prompts; correct the path");
            }
            for (FileStatus root : roots) {
                if (root.isFile()) {
                    files.add(new Found(root, root.getPath().getName()));
                } else {
                    files.addAll(below(fileSystem, root.getPath()));
                }
            }
        }
        return files;
    }

    private static List<Found> below(FileSystem fileSystem, Path root) throws IOException {
        List<Found> files = new ArrayList<>();
        String prefix = root.toUri().getPath() + "/";
        RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(root, true);
        while (all.hasNext()) {
            LocatedFileStatus file = all.next();
            String name = file.getPath().toUri().getPath().substring(prefix.length());
            if (!("/" + name).matches(".*/[._].*")) {
                files.add(new Found(file, name));
            }
        }
        files.sort(Comparator.comparing(Found::name));
        return files;
    }
}
