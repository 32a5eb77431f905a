// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The processes of a cluster's containers: those whose working directory lies under the cluster's folder. */
final class ContainerProcesses {
    private final Path folder;

    /** {@code folder} must exist. */
    ContainerProcesses(Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    /** Those that run now, other than this process. */
    List<ProcessHandle> running() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid() && isInside(process))
                .toList();
    }

    /** Kills those that run now and waits until they are gone, for {@code seconds} at most; returns what is left. */
    List<ProcessHandle> kill(int seconds) {
        List<ProcessHandle> found = running();
        found.forEach(ProcessHandle::destroyForcibly);
        CompletableFuture<?>[] ends = found.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // What is left is the answer.
        }
        return found.stream().filter(ProcessHandle::isAlive).toList();
    }

    private boolean isInside(ProcessHandle process) {
        try {
            Path directory = Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
            return directory.startsWith(folder);
        } catch (IOException | SecurityException e) {
            // Gone meanwhile, or another user's.
            return false;
        }
    }
}
