// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.VersionInfo;

/** {@code version}: what runs here. */
final class VersionCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) {
        String own = VersionCommand.class.getPackage().getImplementationVersion();
        printer.println("howdah " + (own == null ? "unpackaged" : own));
        printer.println("hadoop " + VersionInfo.getVersion());
        printer.println("java " + System.getProperty("java.version") + " in " + System.getProperty("java.home"));
        return DONE;
    }
}
