// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.Key;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What a directory must be before a dataset is written into it. */
public final class VacantOutput {
    private VacantOutput() {}

    /**
     * Refuses an output that holds something.
     *
     * @param act what would write, for the message
     * @param key key that named {@code output}
     * @throws ConfigException in one line, if {@code output} is a file or a directory that is not empty
     */
    public static void check(String act, Key<String> key, Path output, Configuration hadoop) throws IOException {
        FileSystem fileSystem = output.getFileSystem(hadoop);
        if (fileSystem.exists(output)
                && (!fileSystem.getFileStatus(output).isDirectory() || fileSystem.listStatus(output).length > 0)) {
            throw new ConfigException("Cannot " + act + ": " + key.name() + "=" + output
                    + " exists and is not empty, expected an absent or empty directory; choose another or delete it");
        }
    }
}
