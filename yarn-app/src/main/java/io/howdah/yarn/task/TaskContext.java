// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.tls.TlsIdentity;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.yarn.am.MemoryPlan;
import io.howdah.yarn.am.Role;
import io.howdah.yarn.am.TaskId;
import io.howdah.yarn.umbilical.JobSecret;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * What a task is given.
 *
 * @param id which task
 * @param attempt how many processes it has had before
 * @param applicationId of the job
 * @param host name under which other containers reach this one
 * @param hadoop the node's configuration with the job's changes
 * @param config the job's settings
 * @param secret the job's secret
 * @param certified what this task's connections are encrypted with, once the ApplicationMaster has certified it; null if
 *     they are plain
 */
record TaskContext(
        TaskId id,
        int attempt,
        String applicationId,
        String host,
        Configuration hadoop,
        Config config,
        JobSecret secret,
        @Nullable CompletableFuture<TlsIdentity> certified) {
    /** A context whose connections are plain. */
    TaskContext(TaskId id, String applicationId, String host, Configuration hadoop, Config config, JobSecret secret) {
        this(id, 0, applicationId, host, hadoop, config, secret, null);
    }

    /** The context of a later process of the task. */
    TaskContext ofAttempt(int number) {
        return new TaskContext(id, number, applicationId, host, hadoop, config, secret, certified);
    }

    TaskContext withCertificate(CompletableFuture<TlsIdentity> later) {
        return new TaskContext(id, attempt, applicationId, host, hadoop, config, secret, later);
    }

    /** Whether this task talks on the data plane, and TLS protects what it says. */
    boolean encrypts() {
        return config.get(SyncKeys.TLS) && id.role() != Role.EVALUATOR;
    }

    /** What the data plane authenticates with; waits for the certificate. */
    JobIdentity identity(long generation) {
        JobIdentity plain = new JobIdentity(applicationId, generation, secret.bytes());
        return certified == null ? plain : plain.withTls(certified.join());
    }

    MemoryPlan memory() {
        return id.role().memory(config);
    }
}
