// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model's files that the node has fetched, once for all tasks: links in the folder that a task runs in, named with a
 * prefix.
 *
 * @param directory that the task runs in
 * @param prefix that tells models apart
 */
record LocalisedFolder(Path directory, String prefix) implements ModelFolder {
    @Override
    public String location() {
        return directory.resolve(prefix + "*").toString();
    }

    @Override
    public List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .map(name -> name.substring(prefix.length()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public InputStream open(String file) throws IOException {
        return Files.newInputStream(directory.resolve(prefix + file));
    }
}
