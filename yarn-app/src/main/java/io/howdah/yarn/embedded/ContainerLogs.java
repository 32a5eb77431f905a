// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.client.cli.LogsCLI;
import org.apache.hadoop.yarn.webapp.util.WebServiceClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the logs of ended applications out of a cluster that is about to go. */
final class ContainerLogs {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerLogs.class);
    private static final EnumSet<YarnApplicationState> ENDED =
            EnumSet.of(YarnApplicationState.FINISHED, YarnApplicationState.FAILED, YarnApplicationState.KILLED);

    private ContainerLogs() {}

    /** Saves the logs of every ended application under {@code folder}; what cannot be read is left out. */
    static void save(Configuration hadoop, Path folder) {
        try (YarnClient client = YarnClient.createYarnClient()) {
            WebServiceClient.initialize(hadoop);
            client.init(hadoop);
            client.start();
            for (ApplicationReport application : client.getApplications(ENDED)) {
                String id = application.getApplicationId().toString();
                String[] arguments = {"-applicationId", id, "-out", folder.resolve(id).toString()};
                ToolRunner.run(new Configuration(hadoop), new LogsCLI(), arguments);
            }
        } catch (Exception e) {
            LOG.warn("Cannot save logs of containers: folder={}, expected aggregated logs", folder, e);
        } finally {
            WebServiceClient.destroy();
        }
    }
}
