// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.ps.LostServer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects why a job failed and picks the reason to show. When a process dies, its peers miss it a moment before YARN
 * reports the death, so what is told first is often a consequence.
 */
final class Failures {
    /** How much a failure explains, most first. */
    private enum Weight {
        /** A process ended without a word. */
        DIED,
        /** A task, or the cluster, said what went wrong. */
        TOLD,
        /** A task lost another one. */
        CONSEQUENCE
    }

    private record Failure(Weight weight, String message) {}

    private final List<Failure> failures = new ArrayList<>();
    private String killed = "";

    /** A reason in one line, from a task or about the cluster. */
    void tell(String message) {
        failures.add(new Failure(LostServer.isTold(message) ? Weight.CONSEQUENCE : Weight.TOLD, message));
    }

    /** A process that ended without saying why. */
    void died(TaskRecord task, JobEvent.ContainerEnded event) {
        failures.add(new Failure(Weight.DIED, describe(task, event)));
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
                .min(Comparator.comparing(Failure::weight))
                .map(Failure::message)
                .orElse("");
    }

    private static String describe(TaskRecord task, JobEvent.ContainerEnded event) {
        String detail = event.diagnostics().lines().findFirst().orElse("").strip();
        return "Cannot finish " + task.id + ": container=" + task.containerId + " host=" + task.host + " exit="
                + event.exitStatus() + (detail.isEmpty() ? "" : " (" + detail + ")") + ", expected it to finish; "
                + ExitStatus.explain(event.exitStatus(), task.id.role());
    }
}
