// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.logaggregation.ContainerLogsRequest;
import org.apache.hadoop.yarn.logaggregation.filecontroller.LogAggregationFileControllerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the logs of ended applications out of a cluster that is about to go. */
final class ContainerLogs {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerLogs.class);
    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 500;
    private static final EnumSet<YarnApplicationState> ENDED =
            EnumSet.of(YarnApplicationState.FINISHED, YarnApplicationState.FAILED, YarnApplicationState.KILLED);

    private final Configuration hadoop;
    private final Path folder;

    private ContainerLogs(Configuration hadoop, Path folder) {
        this.hadoop = hadoop;
        this.folder = folder;
    }

    /** Saves the logs of every ended application, a file each; what cannot be read is left out. */
    static void save(Configuration hadoop, Path folder) {
        ContainerLogs logs = new ContainerLogs(hadoop, folder);
        try (YarnClient client = YarnClient.createYarnClient()) {
            client.init(hadoop);
            client.start();
            for (ApplicationReport application : client.getApplications(ENDED)) {
                logs.saveOne(application);
            }
        } catch (IOException | YarnException e) {
            LOG.warn("Cannot save logs of containers: folder={}, expected a running cluster", folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nodes upload logs a moment after an application has ended. */
    private void saveOne(ApplicationReport application) throws InterruptedException {
        Path file = folder.resolve(application.getApplicationId() + ".log");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (OutputStream out = Files.newOutputStream(file)) {
                if (read(application, out)) {
                    return;
                }
            } catch (IOException e) {
                LOG.info("No logs yet of {}", application.getApplicationId(), e);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        LOG.warn(
                "Cannot save logs of containers: application={}, expected uploaded ones",
                application.getApplicationId());
    }

    private boolean read(ApplicationReport application, OutputStream out) throws IOException {
        ContainerLogsRequest request = new ContainerLogsRequest();
        request.setAppId(application.getApplicationId());
        request.setAppOwner(application.getUser());
        request.setAppFinished(true);
        request.setBytes(Long.MAX_VALUE);
        request.setLogTypes(Set.of());
        return new LogAggregationFileControllerFactory(hadoop)
                .getFileControllerForRead(application.getApplicationId(), application.getUser())
                .readAggregatedLogs(request, out);
    }
}
