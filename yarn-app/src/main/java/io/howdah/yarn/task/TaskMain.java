// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.ContainerCommand;
import io.howdah.yarn.am.Role;
import io.howdah.yarn.am.TaskId;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.umbilical.JobSecret;
import java.io.File;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * The process of a worker, server or evaluator container.
 *
 * <p>Arguments: job kind, role, index, host and port of the ApplicationMaster, application id, attempt.
 */
public final class TaskMain {
    private TaskMain() {}

    /** Exit status 0 if the task did what it was told. */
    public static void main(String[] arguments) throws Exception {
        TaskId id = new TaskId(Role.named(arguments[1]), Integer.parseInt(arguments[2]));
        InetSocketAddress master = new InetSocketAddress(arguments[3], Integer.parseInt(arguments[4]));
        Configuration hadoop = new YarnConfiguration();
        hadoop.addResource(new Path(new File(ContainerCommand.JOB_FILE).toURI()));
        Config config = JobConfiguration.parse(hadoop);
        JobSecret secret = JobSecret.from(UserGroupInformation.getCurrentUser().getCredentials());
        TaskContext context = new TaskContext(
                        id, arguments[5], System.getenv(Environment.NM_HOST.name()), hadoop, config, secret)
                .ofAttempt(Integer.parseInt(arguments[6]));
        String containerId = System.getenv(Environment.CONTAINER_ID.name());
        // Threads of libraries must not keep a finished container alive.
        System.exit(new TaskRunner(context, containerId, System::exit).run(master));
    }
}
