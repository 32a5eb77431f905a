// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.StagedFiles;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.ClassUtil;
import org.jspecify.annotations.Nullable;

/** Copies an application's files to where its containers fetch them from. */
final class Staging {
    private static final FsPermission PRIVATE = new FsPermission((short) 0700);

    private final Configuration hadoop;
    private final StagedFiles files;

    /** The staging folder of {@code applicationId} on the default file system. */
    Staging(Configuration hadoop, Config config, String applicationId) throws IOException {
        this.hadoop = hadoop;
        Path root = new Path(config.get(YarnKeys.STAGING));
        FileSystem fileSystem = root.getFileSystem(hadoop);
        this.files = new StagedFiles(fileSystem, new Path(root, applicationId));
    }

    StagedFiles files() {
        return files;
    }

    /** Uploads howdah.jar, the settings, and what {@code -libjars}, {@code -files} and {@code -archives} named. */
    void upload() throws IOException, JobFailedException {
        FileSystem fileSystem = files.folder().getFileSystem(hadoop);
        FileSystem.mkdirs(fileSystem, files.folder(), PRIVATE);
        copy(jobJar(), files.jar());
        try (OutputStream out = fileSystem.create(files.jobFile())) {
            JobConfiguration.forContainers(hadoop).writeXml(out);
        }
        for (URI uri : uris("tmpjars")) {
            copy(new Path(uri), files.library(new Path(uri.getPath()).getName()));
        }
        for (URI uri : uris("tmpfiles")) {
            copy(withoutFragment(uri), files.file(link(uri)));
        }
        for (URI uri : uris("tmparchives")) {
            copy(withoutFragment(uri), files.archive(link(uri), new Path(uri.getPath()).getName()));
        }
    }

    /** The jar that holds this code. */
    static Path jobJar() throws JobFailedException {
        @Nullable String jar = ClassUtil.findContainingJar(Staging.class);
        if (jar == null) {
            throw new JobFailedException("Cannot submit: this program runs from class files, expected howdah.jar;"
                    + " build it with mvn package and run that");
        }
        return new Path(new File(jar).toURI());
    }

    private URI[] uris(String key) {
        String[] texts = hadoop.getStrings(key, new String[0]);
        URI[] uris = new URI[texts.length];
        for (int i = 0; i < texts.length; i++) {
            uris[i] = URI.create(texts[i]);
        }
        return uris;
    }

    private static String link(URI uri) {
        return uri.getFragment() != null ? uri.getFragment() : new Path(uri.getPath()).getName();
    }

    private static Path withoutFragment(URI uri) {
        return new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
    }

    private void copy(Path from, Path to) throws IOException {
        FileUtil.copy(from.getFileSystem(hadoop), from, to.getFileSystem(hadoop), to, false, true, hadoop);
    }
}
