// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.wire.JobIdentity;
import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.MemoryPlan;
import io.howdah.yarn.am.TaskId;
import io.howdah.yarn.umbilical.JobSecret;
import org.apache.hadoop.conf.Configuration;

/**
 * What a task is given.
 *
 * @param id which task
 * @param applicationId of the job
 * @param host name under which other containers reach this one
 * @param hadoop the node's configuration with the job's changes
 * @param config the job's settings
 * @param secret the job's secret
 */
record TaskContext(
        TaskId id, String applicationId, String host, Configuration hadoop, Config config, JobSecret secret) {
    /** What the data plane authenticates with. */
    JobIdentity identity(long generation) {
        return new JobIdentity(applicationId, generation, secret.bytes());
    }

    MemoryPlan memory() {
        return id.role().memory(config);
    }
}
