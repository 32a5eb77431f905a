// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.yarn.client.JobFailedException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.util.Tool;
import picocli.CommandLine;

/**
 * One command. Hadoop's generic options ({@code -conf -D -files -libjars -archives}) are in the configuration by the time
 * it runs; its own options are picocli fields of the subclass.
 */
@CommandLine.Command
public abstract class Command extends Configured implements Tool {
    /** The job is done. */
    public static final int DONE = 0;
    /** The job failed. */
    public static final int FAILED = 1;
    /** The command line or the configuration was wrong. */
    public static final int MISUSED = 2;

    private PrintStream out = System.out;

    void printTo(PrintStream stream) {
        this.out = stream;
    }

    @Override
    public final int run(String[] arguments) throws Exception {
        new CommandLine(this).parseArgs(arguments);
        return execute(getConf(), out);
    }

    /**
     * Does the work and returns an exit status.
     *
     * @throws JobFailedException for exit status 1
     * @throws io.howdah.trainer.config.ConfigException for exit status 2
     */
    protected abstract int execute(Configuration hadoop, PrintStream printer) throws Exception;

    /** A row of {@link Commands}. */
    record Row(String name, String purpose, Callable<Command> maker) {}
}
