// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects why tasks failed and picks the one to show. A dying server makes every worker fail a moment earlier with a
 * lost connection, so a server's failure explains more than a worker's; otherwise the first counts.
 */
final class Failures {
    private record Failure(TaskId task, String message) {}

    private final List<Failure> failures = new ArrayList<>();
    private String killed = "";

    void add(TaskId task, String message) {
        failures.add(new Failure(task, message));
    }

    void kill(String reason) {
        if (killed.isEmpty()) {
            killed = reason.isEmpty() ? "killed by the user" : reason;
        }
    }

    boolean wasKilled() {
        return !killed.isEmpty();
    }

    boolean isEmpty() {
        return failures.isEmpty();
    }

    /** One line: the reason to show, empty if nothing failed. */
    String best() {
        if (wasKilled()) {
            return killed;
        }
        return failures.stream()
                .filter(failure -> failure.task.role() == Role.SERVER)
                .findFirst()
                .or(() -> failures.stream().findFirst())
                .map(Failure::message)
                .orElse("");
    }

    /** One line for a process that ended without saying why. */
    static String describe(TaskRecord task, JobEvent.ContainerEnded event) {
        if (event.diagnostics().startsWith("Cannot ")) {
            return event.diagnostics();
        }
        String detail = event.diagnostics().lines().findFirst().orElse("").strip();
        return "Cannot finish " + task.id + ": container=" + task.containerId + " host=" + task.host + " exit="
                + event.exitStatus() + (detail.isEmpty() ? "" : " (" + detail + ")") + ", expected it to finish; "
                + ExitStatus.explain(event.exitStatus(), task.id.role());
    }
}
