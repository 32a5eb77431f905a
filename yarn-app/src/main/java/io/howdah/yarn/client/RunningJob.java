// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.ApplicationMasterMain;
import io.howdah.yarn.am.JobResult;
import io.howdah.yarn.am.StagedFiles;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.JobSecret;
import io.howdah.yarn.umbilical.UmbilicalClient;
import io.howdah.yarn.umbilical.proto.JobStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.jspecify.annotations.Nullable;

/** A submitted application, followed to its end. Not safe for concurrent use, except {@link #kill}. */
public final class RunningJob {
    private static final EnumSet<YarnApplicationState> ENDED =
            EnumSet.of(YarnApplicationState.FINISHED, YarnApplicationState.FAILED, YarnApplicationState.KILLED);

    private final Configuration hadoop;
    private final Config config;
    private final YarnClient yarn;
    private final ApplicationId id;
    private final JobSecret secret;
    private final StagedFiles staged;
    private @Nullable UmbilicalClient umbilical;

    RunningJob(
            Configuration hadoop,
            Config config,
            YarnClient yarn,
            ApplicationId id,
            JobSecret secret,
            StagedFiles staged) {
        this.hadoop = hadoop;
        this.config = config;
        this.yarn = yarn;
        this.id = id;
        this.secret = secret;
        this.staged = staged;
    }

    /** YARN's name of the application. */
    public String id() {
        return id.toString();
    }

    /** Where YARN shows the application. */
    public String trackingUrl() throws IOException, YarnException {
        return yarn.getApplicationReport(id).getTrackingUrl();
    }

    /** Ends the application. */
    public void kill() throws IOException, YarnException {
        yarn.killApplication(id);
    }

    /**
     * Waits for the end, showing {@code progress} a few times a second.
     *
     * @throws JobFailedException with one line if the job did not succeed
     */
    public JobResult await(Consumer<JobProgress> progress)
            throws IOException, YarnException, InterruptedException, JobFailedException {
        try {
            ApplicationReport report = yarn.getApplicationReport(id);
            while (!ENDED.contains(report.getYarnApplicationState())) {
                progress.accept(look(report));
                Thread.sleep(config.get(YarnKeys.POLL));
                report = yarn.getApplicationReport(id);
            }
            return result(report);
        } finally {
            if (umbilical != null) {
                umbilical.close();
            }
            // The ApplicationMaster does this too, unless it was killed.
            staged.delete();
        }
    }

    private JobProgress look(ApplicationReport report) throws InterruptedException {
        boolean listening = report.getYarnApplicationState() == YarnApplicationState.RUNNING && report.getRpcPort() > 0;
        if (listening) {
            try {
                if (umbilical == null) {
                    umbilical = UmbilicalClient.connect(
                            new InetSocketAddress(report.getHost(), report.getRpcPort()), secret.user(id()), hadoop);
                }
                JobStatus status = umbilical.status();
                return new JobProgress(
                        status.getState(),
                        status.getPhase(),
                        status.getStep(),
                        status.getTotalSteps(),
                        status.getLoss(),
                        status.getSamplesPerSecond());
            } catch (IOException e) {
                // It may be ending, or behind a firewall; YARN's own state still shows.
                return new JobProgress(report.getYarnApplicationState().toString(), "", 0, 0, Double.NaN, 0);
            }
        }
        return new JobProgress(report.getYarnApplicationState().toString(), "", 0, 0, Double.NaN, 0);
    }

    private JobResult result(ApplicationReport report) throws IOException, JobFailedException {
        JobResult result = readResult();
        if (result != null && result.state() == JobResult.State.SUCCEEDED) {
            return result;
        }
        String diagnostics = String.valueOf(report.getDiagnostics());
        boolean killed = report.getYarnApplicationState() == YarnApplicationState.KILLED;
        String reason = result != null && !result.diagnostics().isEmpty()
                ? result.diagnostics()
                : killed ? "The job was killed: " + diagnostics.strip() : reason(diagnostics);
        throw new JobFailedException(reason + " [" + id + " " + report.getYarnApplicationState() + "; logs: yarn logs"
                + " -applicationId " + id + "]");
    }

    private @Nullable JobResult readResult() throws IOException {
        Path file = ApplicationMasterMain.resultFile(config, id());
        if (!file.getFileSystem(hadoop).exists(file)) {
            return null;
        }
        try (InputStream in = file.getFileSystem(hadoop).open(file)) {
            return new ObjectMapper().readValue(in, JobResult.class);
        }
    }

    /** YARN's diagnostics are pages long; where the process said why it ended, its words are among the last. */
    static String reason(String diagnostics) {
        return diagnostics
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("Cannot "))
                .findFirst()
                .orElseGet(() -> "Cannot finish the job: "
                        + diagnostics
                                .lines()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty())
                                .findFirst()
                                .orElse("no reason given")
                        + ", expected the ApplicationMaster to run to the end; see its log");
    }
}
