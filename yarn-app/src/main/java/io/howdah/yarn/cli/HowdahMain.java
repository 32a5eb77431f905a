// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** The command line of {@code yarn jar howdah.jar} and {@code scripts/howdah}. */
public final class HowdahMain {
    private HowdahMain() {}

    /** Ends the process with the command's exit status. */
    public static void main(String[] arguments) {
        // Messages are UTF-8 whatever the locale of the shell.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(Commands.run(arguments, new YarnConfiguration(), out, err));
    }
}
