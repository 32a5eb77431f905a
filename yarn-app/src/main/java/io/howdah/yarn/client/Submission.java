// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.am.ContainerCommand;
import io.howdah.yarn.am.JobKind;
import io.howdah.yarn.am.MemoryPlan;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.JobSecret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.mapreduce.security.TokenCache;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.client.api.YarnClientApplication;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** Hands a job to YARN: limits checked, files staged, secrets and delegation tokens in the credentials. */
public final class Submission {
    private static final String AM_MAIN = "io.howdah.yarn.am.ApplicationMasterMain";

    private final Configuration hadoop;
    private final Config config;
    private final YarnClient yarn;

    /** {@code yarn} must be started. */
    public Submission(Configuration hadoop, Config config, YarnClient yarn) {
        this.hadoop = hadoop;
        this.config = config;
        this.yarn = yarn;
    }

    /**
     * Submits and returns at once.
     *
     * @throws JobFailedException if the cluster could never run the job; nothing is left behind
     */
    public RunningJob submit(JobKind kind) throws IOException, YarnException, JobFailedException {
        ClusterLimits.checkQueue(yarn, config.get(YarnKeys.QUEUE));
        YarnClientApplication application = yarn.createApplication();
        ClusterLimits.checkSizes(
                kind, config, application.getNewApplicationResponse().getMaximumResourceCapability());
        ApplicationSubmissionContext context = application.getApplicationSubmissionContext();
        ApplicationId id = context.getApplicationId();
        JobSecret secret = JobSecret.generate();
        Staging staging = new Staging(hadoop, config, id.toString());
        try {
            staging.upload();
            describe(context, kind);
            context.setAMContainerSpec(masterContext(kind, staging, secret));
            yarn.submitApplication(context);
        } catch (IOException | YarnException | JobFailedException | RuntimeException e) {
            staging.files().delete();
            throw e;
        }
        return new RunningJob(hadoop, config, yarn, id, secret, staging.files());
    }

    private void describe(ApplicationSubmissionContext context, JobKind kind) {
        context.setApplicationName(config.get(YarnKeys.JOB_NAME));
        context.setApplicationType("HOWDAH");
        context.setApplicationTags(Set.of("howdah-" + kind));
        context.setQueue(config.get(YarnKeys.QUEUE));
        context.setResource(Resource.newInstance(config.getInt(YarnKeys.AM_MEMORY), 1));
        context.setMaxAppAttempts(1);
    }

    private ContainerLaunchContext masterContext(JobKind kind, Staging staging, JobSecret secret) throws IOException {
        ContainerCommand command =
                new ContainerCommand(hadoop, config, staging.files().libraries());
        MemoryPlan memory = MemoryPlan.forMaster(config.getInt(YarnKeys.AM_MEMORY));
        String options = ("-XX:TieredStopAtLevel=1 " + config.get(YarnKeys.AM_OPTIONS)).strip();
        List<String> arguments =
                List.of(kind.toString(), staging.files().folder().toString());
        return ContainerLaunchContext.newInstance(
                staging.files().resources(),
                command.environment(1),
                List.of(command.line(AM_MAIN, memory, 1, options, arguments)),
                null,
                credentials(secret),
                null);
    }

    private ByteBuffer credentials(JobSecret secret) throws IOException {
        Credentials credentials = new Credentials();
        secret.addTo(credentials);
        Path[] paths = {
            new Path(config.get(YarnKeys.STAGING)),
            new Path(config.get(TrainKeys.INPUT)),
            new Path(config.get(TrainKeys.OUTPUT))
        };
        TokenCache.obtainTokensForNamenodes(credentials, paths, hadoop);
        try (DataOutputBuffer out = new DataOutputBuffer()) {
            credentials.writeTokenStorageToStream(out);
            return ByteBuffer.wrap(out.getData(), 0, out.getLength());
        }
    }
}
