// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.umbilical.JobSecret;
import io.howdah.yarn.umbilical.UmbilicalServer;
import io.howdah.yarn.umbilical.proto.JobStatus;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ApplicationMaster's process. In order: read the job's settings and secret; listen for containers; register with the
 * ResourceManager; ask for containers and start a task in each; follow the job ({@link JobMaster}) to its end; write the
 * result beside the job's output; unregister; delete the staging folder.
 *
 * <p>Arguments: job kind, staging folder.
 */
public final class ApplicationMasterMain {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationMasterMain.class);
    private static final String TASK_MAIN = "io.howdah.yarn.task.TaskMain";

    private final JobPlan plan;
    private final String host;
    private final Configuration hadoop;
    private final StagedFiles staged;
    private final ContainerCommand command;
    private final Map<String, LocalResource> resources;
    private final Credentials taskCredentials;
    private int port;

    private ApplicationMasterMain(JobKind kind, ContainerId self, String host, Path staging) throws IOException {
        this.host = host;
        this.hadoop = new YarnConfiguration();
        hadoop.addResource(new Path(new File(ContainerCommand.JOB_FILE).toURI()));
        Config config = JobConfiguration.parse(hadoop);
        String applicationId = self.getApplicationAttemptId().getApplicationId().toString();
        this.plan = new JobPlan(kind, applicationId, config);
        this.staged = new StagedFiles(staging.getFileSystem(hadoop), staging);
        this.command = new ContainerCommand(hadoop, config, staged.libraries());
        this.resources = staged.resources();
        this.taskCredentials =
                withoutAmToken(UserGroupInformation.getCurrentUser().getCredentials());
    }

    /** Runs one attempt; the exit status is 0 if the job succeeded. */
    public static void main(String[] arguments) {
        int status = 1;
        try {
            ContainerId self = ContainerId.fromString(System.getenv(Environment.CONTAINER_ID.name()));
            String host = System.getenv(Environment.NM_HOST.name());
            ApplicationMasterMain master =
                    new ApplicationMasterMain(JobKind.named(arguments[0]), self, host, new Path(arguments[1]));
            ShutdownHookManager.get().addShutdownHook(master::deleteStaging, FileSystem.SHUTDOWN_HOOK_PRIORITY + 30);
            status = master.run().state() == JobResult.State.SUCCEEDED ? 0 : 1;
        } catch (Exception | LinkageError e) {
            LOG.error("The ApplicationMaster failed", e);
            // YARN hands the end of this stream to the client, which looks for a line like this.
            System.err.println(
                    "Cannot run the job: " + e + ", expected no such failure; see the ApplicationMaster's log");
        }
        // Threads of libraries must not keep a finished ApplicationMaster alive.
        System.exit(status);
    }

    private JobResult run() throws Exception {
        JobSecret secret = JobSecret.from(taskCredentials);
        // Made while the ResourceManager answers; its key is never anywhere but in this process's memory.
        CompletableFuture<JobAuthority> authority =
                plan.encrypts() ? CompletableFuture.supplyAsync(() -> JobAuthority.create(plan.applicationId())) : null;
        EventLoop[] loop = new EventLoop[1];
        try (YarnContainers containers =
                new YarnContainers(hadoop, this::size, this::launchContext, event -> loop[0].post(event))) {
            JobMaster master = new JobMaster(plan, containers, System::currentTimeMillis);
            try (EventLoop events = new EventLoop(event -> {
                        master.handle(event);
                        containers.report(progress(master.status()));
                    });
                    UmbilicalServer umbilical = UmbilicalServer.start(
                            hadoop, secret, new UmbilicalCalls(plan, master, events::post, authority))) {
                loop[0] = events;
                port = umbilical.port();
                containers.register(host, port);
                master.start();
                events.start();
                JobResult result = containers.await();
                writeResult(result);
                deleteTransfers();
                unregister(containers, result);
                return result;
            }
        }
    }

    private void unregister(YarnContainers containers, JobResult result) throws Exception {
        FinalApplicationStatus status =
                switch (result.state()) {
                    case SUCCEEDED -> FinalApplicationStatus.SUCCEEDED;
                    case FAILED -> FinalApplicationStatus.FAILED;
                    case KILLED -> FinalApplicationStatus.KILLED;
                };
        deleteStaging();
        containers.resources().unregisterApplicationMaster(status, result.diagnostics(), "");
        LOG.info("Job {} {}", result.state(), result.diagnostics());
    }

    private void writeResult(JobResult result) {
        Path file = resultFile(plan.config(), plan.applicationId());
        try {
            FileSystem fileSystem = file.getFileSystem(hadoop);
            Path temporary = file.suffix(".tmp");
            try (OutputStream out = fileSystem.create(temporary, true)) {
                out.write(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(result));
            }
            if (!fileSystem.rename(temporary, file)) {
                throw new IOException("rename failed");
            }
        } catch (IOException e) {
            LOG.warn("Cannot write result: file={}, expected a writable folder; the job's outcome stands", file, e);
        }
    }

    /** Where the result of an application lies. */
    public static Path resultFile(Config config, String applicationId) {
        return new Path(new Path(config.get(TrainKeys.OUTPUT), "_howdah"), applicationId + ".json");
    }

    /** Whether a file beside {@link #resultFile} is one too; trainings write others. */
    public static boolean isResultFile(Path file) {
        return file.getName().endsWith(".json");
    }

    /** Servers that were killed leave behind what was on its way to another one. */
    private void deleteTransfers() {
        if (plan.replicates()) {
            Path folder = transfers(plan.config(), plan.applicationId());
            try {
                folder.getFileSystem(hadoop).delete(folder, true);
            } catch (IOException e) {
                LOG.warn("Cannot delete {}; delete it by hand", folder, e);
            }
        }
    }

    /** Where shards lie on their way from one server to another. */
    public static Path transfers(Config config, String applicationId) {
        return new Path(new Path(config.get(TrainKeys.OUTPUT), "_howdah"), "shards-" + applicationId);
    }

    private void deleteStaging() {
        try {
            staged.delete();
        } catch (IOException e) {
            LOG.warn("Cannot delete staging folder {}; delete it by hand", staged.folder(), e);
        }
    }

    private static float progress(JobStatus status) {
        return status.getTotalSteps() == 0 ? 0 : Math.min(1f, (float) status.getStep() / status.getTotalSteps());
    }

    private Resource size(TaskId task) {
        Config config = plan.config();
        return Resource.newInstance(
                task.role().memory(config).containerMb(), task.role().vcores(config));
    }

    private ContainerLaunchContext launchContext(TaskId task, int attempt) {
        Role role = task.role();
        MemoryPlan memory = role.memory(plan.config());
        List<String> arguments = List.of(
                plan.kind().toString(),
                role.toString(),
                Integer.toString(task.index()),
                host,
                Integer.toString(port),
                plan.applicationId(),
                Integer.toString(attempt));
        String line =
                command.line(TASK_MAIN, memory, role.vcores(plan.config()), role.javaOptions(plan.config()), arguments);
        return ContainerLaunchContext.newInstance(
                resources,
                command.environment(role.vcores(plan.config())),
                List.of(line),
                null,
                serialise(taskCredentials),
                null);
    }

    /** Tasks must not be able to speak for the ApplicationMaster. */
    private static Credentials withoutAmToken(Credentials all) {
        Credentials some = new Credentials();
        for (Token<?> token : all.getAllTokens()) {
            if (!AMRMTokenIdentifier.KIND_NAME.equals(token.getKind())) {
                some.addToken(token.getService(), token);
            }
        }
        all.getAllSecretKeys().forEach(alias -> some.addSecretKey(alias, all.getSecretKey(alias)));
        return some;
    }

    private static ByteBuffer serialise(Credentials credentials) {
        try (DataOutputBuffer out = new DataOutputBuffer()) {
            credentials.writeTokenStorageToStream(out);
            return ByteBuffer.wrap(out.getData(), 0, out.getLength());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
