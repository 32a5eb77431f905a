// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.JobKind;
import io.howdah.yarn.am.Role;
import io.howdah.yarn.config.YarnKeys;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.yarn.api.records.QueueInfo;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** Refuses what the cluster could never run, before anything is uploaded. */
final class ClusterLimits {
    private ClusterLimits() {}

    /** Refuses a queue that does not exist. */
    static void checkQueue(YarnClient yarn, String queue) throws IOException, YarnException, JobFailedException {
        QueueInfo found;
        try {
            found = yarn.getQueueInfo(queue);
        } catch (YarnException e) {
            found = null;
        }
        if (found == null) {
            List<QueueInfo> all = yarn.getAllQueues();
            String names = all.stream().map(QueueInfo::getQueueName).sorted().collect(Collectors.joining(", "));
            throw new JobFailedException("Cannot submit: " + YarnKeys.QUEUE.name() + "=" + queue + ", expected one of "
                    + names + "; set -D " + YarnKeys.QUEUE.name() + "=…");
        }
    }

    /** Refuses containers larger than the largest that the cluster grants. */
    static void checkSizes(JobKind kind, Config config, Resource maximum) throws JobFailedException {
        checkMemory(YarnKeys.AM_MEMORY.name(), config.get(YarnKeys.AM_MEMORY), maximum);
        for (Role role : kind.roles()) {
            checkMemory(role.memoryKey(), role.memory(config).containerMb(), maximum);
            if (role.vcores(config) > maximum.getVirtualCores()) {
                throw new JobFailedException("Cannot submit: vcores=" + role.vcores(config) + " for a " + role
                        + ", expected at most " + maximum.getVirtualCores() + ", the largest container of this cluster;"
                        + " lower howdah." + (role == Role.SERVER ? "server" : "worker") + ".vcores");
            }
        }
    }

    private static void checkMemory(String key, long asked, Resource maximum) throws JobFailedException {
        if (asked > maximum.getMemorySize()) {
            throw new JobFailedException("Cannot submit: " + key + "=" + asked + " MiB, expected at most "
                    + maximum.getMemorySize() + " MiB, the largest container of this cluster; lower " + key);
        }
    }
}
