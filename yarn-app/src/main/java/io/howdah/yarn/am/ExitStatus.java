// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.Map;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.ContainerExitStatus;

/** Explains the exit status of a container: what it means and what to do about it. */
final class ExitStatus {
    private static final Map<Integer, String> MEANINGS = Map.ofEntries(
            Map.entry(ContainerExitStatus.ABORTED, "its node was lost or gave the container back; submit again"),
            Map.entry(ContainerExitStatus.DISKS_FAILED, "the disks of its node failed; tell the administrator"),
            Map.entry(ContainerExitStatus.PREEMPTED, "a queue with a better claim took the container; submit again"),
            Map.entry(ContainerExitStatus.KILLED_EXCEEDED_VMEM, "it used more virtual memory than allowed; raise %s"),
            Map.entry(ContainerExitStatus.KILLED_EXCEEDED_PMEM, "it used more memory than asked for; raise %s"),
            Map.entry(ContainerExitStatus.KILLED_BY_RESOURCEMANAGER, "the ResourceManager killed it; see its log"),
            Map.entry(3, "its JVM ran out of memory; raise %s"),
            Map.entry(134, "its process aborted; see its log"),
            Map.entry(137, "its process was killed, often by the node's out-of-memory killer; raise %s"),
            Map.entry(143, "its process was told to end; see the NodeManager's log"));

    /** Deaths that say nothing about the process. */
    private static final Set<Integer> OF_THE_CLUSTER = Set.of(
            ContainerExitStatus.ABORTED,
            ContainerExitStatus.DISKS_FAILED,
            ContainerExitStatus.PREEMPTED,
            ContainerExitStatus.KILLED_BY_RESOURCEMANAGER);

    private ExitStatus() {}

    /** Whether the cluster took the container away: its node was lost, or somebody with a better claim came. */
    static boolean isOfTheCluster(int status) {
        return OF_THE_CLUSTER.contains(status);
    }

    /** A clause such as “its node was lost; submit again”. */
    static String explain(int status, Role role) {
        String meaning = MEANINGS.getOrDefault(status, "see its log");
        return meaning.contains("%s") ? String.format(meaning, role.memoryKey()) : meaning;
    }
}
