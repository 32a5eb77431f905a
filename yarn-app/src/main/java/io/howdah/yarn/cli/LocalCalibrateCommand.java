// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import org.apache.hadoop.conf.Configuration;

/** {@code local calibrate}: the same job in this process. */
final class LocalCalibrateCommand extends CalibrateCommand {
    @Override
    Configuration where(Configuration hadoop) {
        return LocalGenerateCommand.alone(hadoop);
    }
}
