// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.VersionInfo;

/** {@code version}: what runs here. */
final class VersionCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws IOException {
        printer.println("howdah " + ownVersion());
        printer.println("hadoop " + VersionInfo.getVersion());
        printer.println("java " + System.getProperty("java.version") + " in " + System.getProperty("java.home"));
        return DONE;
    }

    /** From a file that the build fills in: RunJar unpacks the jar, whose manifest is then out of reach. */
    private static String ownVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("/howdah-version.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }
}
