// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.apache.hadoop.yarn.api.records.URL;

/**
 * The files of one running application in its staging folder: {@code howdah.jar}, {@code howdah-job.xml}, {@code lib/} for
 * {@code -libjars}, {@code files/} for {@code -files}, {@code archives/LINK/} for {@code -archives}.
 */
public final class StagedFiles {
    /** Name of the job jar; natives beside it are unpacked by the NodeManager: once per node, not per container. */
    public static final String JAR = "howdah.jar";

    /** Entries that are unpacked beside the jar. All of them would be thousands of files, for each of which a node may fork. */
    private static final String NATIVES = "org/bytedeco/.*\\.so[.0-9]*";

    private final FileSystem fileSystem;
    private final Path folder;

    public StagedFiles(FileSystem fileSystem, Path folder) {
        this.fileSystem = fileSystem;
        this.folder = fileSystem.makeQualified(folder);
    }

    public Path folder() {
        return folder;
    }

    public Path jar() {
        return new Path(folder, JAR);
    }

    public Path jobFile() {
        return new Path(folder, ContainerCommand.JOB_FILE);
    }

    public Path library(String name) {
        return new Path(folder, "lib/" + name);
    }

    public Path file(String link) {
        return new Path(folder, "files/" + link);
    }

    public Path archive(String link, String name) {
        return new Path(folder, "archives/" + link + "/" + name);
    }

    /** File names of the libraries. */
    public List<String> libraries() throws IOException {
        List<String> names = new ArrayList<>();
        list("lib").forEach(status -> names.add(status.getPath().getName()));
        return names;
    }

    /** What every container of the application gets, by the name under which it finds it. */
    public Map<String, LocalResource> resources() throws IOException {
        Map<String, LocalResource> resources = new LinkedHashMap<>();
        LocalResource code = resource(fileSystem.getFileStatus(jar()), LocalResourceType.PATTERN);
        code.setPattern(NATIVES);
        resources.put(ContainerCommand.CODE, code);
        resources.put(ContainerCommand.JOB_FILE, resource(fileSystem.getFileStatus(jobFile()), LocalResourceType.FILE));
        for (String kind : List.of("lib", "files")) {
            for (FileStatus status : list(kind)) {
                resources.put(status.getPath().getName(), resource(status, LocalResourceType.FILE));
            }
        }
        for (FileStatus link : list("archives")) {
            for (FileStatus status : fileSystem.listStatus(link.getPath())) {
                resources.put(link.getPath().getName(), resource(status, LocalResourceType.ARCHIVE));
            }
        }
        return resources;
    }

    /** Deletes the folder; does nothing where it is gone already. */
    public void delete() throws IOException {
        fileSystem.delete(folder, true);
    }

    private List<FileStatus> list(String kind) throws IOException {
        try {
            return List.of(fileSystem.listStatus(new Path(folder, kind)));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    private static LocalResource resource(FileStatus status, LocalResourceType type) {
        return LocalResource.newInstance(
                URL.fromPath(status.getPath()),
                type,
                LocalResourceVisibility.APPLICATION,
                status.getLen(),
                status.getModificationTime());
    }
}
