// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;

/** {@code local datagen KIND}: the same to local files. */
final class LocalDatagenCommand extends DatagenCommand {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        return super.execute(LocalTrainCommand.withoutCluster(hadoop), printer);
    }
}
