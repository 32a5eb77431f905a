// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.File;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileUtil;

/** Deletes folders of the local disk while others may still write into them. */
final class Folders {
    private static final int ATTEMPTS = 3;

    private Folders() {}

    /** Deletes {@code folder} with all its files; does nothing where it is gone already. */
    static void delete(Path folder) {
        File file = folder.toFile();
        for (int attempt = 0; attempt < ATTEMPTS && file.exists(); attempt++) {
            FileUtil.fullyDelete(file);
        }
    }

    /** Deletes {@code folder} unless something is in it. */
    static void deleteIfEmpty(Path folder) {
        String[] names = folder.toFile().list();
        if (names != null && names.length == 0) {
            delete(folder);
        }
    }
}
