// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import org.apache.hadoop.conf.Configuration;

/** {@code local export}: the same, with local files as the default. */
final class LocalExportCommand extends ExportCommand {
    @Override
    Configuration files(Configuration hadoop) {
        return LocalTrainCommand.withoutCluster(hadoop);
    }
}
