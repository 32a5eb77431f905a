// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.ConfigException;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.generate.GenerationJob;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParameterException;

/** The table of commands, and how their failures become one line and an exit status. */
public final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    private static final List<Command.Row> ROWS = List.of(
            new Command.Row("preprocess", "turn raw data into shards with MapReduce", PreprocessCommand::new),
            new Command.Row("datagen", "draw a dataset from a known distribution: ctr or images", DatagenCommand::new),
            new Command.Row("train", "train a model in YARN containers", TrainCommand::new),
            new Command.Row("evaluate", "measure a checkpoint on the held-out data", EvaluateCommand::new),
            new Command.Row("export", "write a checkpoint as a folder of the Hugging Face library", ExportCommand::new),
            new Command.Row(
                    "generate",
                    "let a language model write behind prompts, with MapReduce",
                    () -> new GenerateCommand(GenerationJob.Kind.GENERATE)),
            new Command.Row(
                    "distill",
                    "the same into a dataset to train on",
                    () -> new GenerateCommand(GenerationJob.Kind.DISTILL)),
            new Command.Row(
                    "calibrate",
                    "count how often a model's further heads are right, with MapReduce",
                    CalibrateCommand::new),
            new Command.Row(
                    "local preprocess", "the same in this process, without a cluster", LocalPreprocessCommand::new),
            new Command.Row("local datagen", "the same to local files", LocalDatagenCommand::new),
            new Command.Row("local train", "the same in this process, without a cluster", LocalTrainCommand::new),
            new Command.Row("local evaluate", "the same in this process, without a cluster", LocalEvaluateCommand::new),
            new Command.Row("local export", "the same with local files as the default", LocalExportCommand::new),
            new Command.Row(
                    "local generate",
                    "the same in this process, without a cluster",
                    () -> new LocalGenerateCommand(GenerationJob.Kind.GENERATE)),
            new Command.Row(
                    "local distill",
                    "the same in this process, without a cluster",
                    () -> new LocalGenerateCommand(GenerationJob.Kind.DISTILL)),
            new Command.Row(
                    "local calibrate", "the same in this process, without a cluster", LocalCalibrateCommand::new),
            new Command.Row("version", "print versions", VersionCommand::new));

    private Commands() {}

    /**
     * Runs a command line.
     *
     * @param arguments name of the command, generic options, the command's own options
     * @param hadoop configuration to start from
     * @return exit status
     */
    public static int run(String[] arguments, Configuration hadoop, PrintStream out, PrintStream err) {
        if (arguments.length == 0 || List.of("help", "-help", "--help", "-h").contains(arguments[0])) {
            (arguments.length == 0 ? err : out).println(usage());
            return arguments.length == 0 ? Command.MISUSED : Command.DONE;
        }
        boolean local = arguments[0].equals("local") && arguments.length > 1;
        String name = local ? "local " + arguments[1] : arguments[0];
        Command.Row row = find(name);
        if (row == null) {
            err.println("Cannot run command: name=" + name + ", expected one of " + names() + "; correct the name");
            return Command.MISUSED;
        }
        String[] rest = wordsLast(Arrays.copyOfRange(arguments, local ? 2 : 1, arguments.length));
        try {
            Command command = row.maker().call();
            command.printTo(out);
            return ToolRunner.run(hadoop, command, rest);
        } catch (ConfigException e) {
            err.println(e.getMessage());
            return Command.MISUSED;
        } catch (ParameterException e) {
            err.println("Cannot run " + row.name() + ": " + e.getMessage()
                    + ", expected its own options; see scripts/howdah" + " help");
            return Command.MISUSED;
        } catch (JobFailedException e) {
            err.println(e.getMessage());
            return Command.FAILED;
        } catch (Exception e) {
            err.println(explain(row.name(), e));
            LOG.debug("Command {} failed", row.name(), e);
            return Command.FAILED;
        }
    }

    /** Hadoop's parser stops at the first word, so that leading words go behind the options. */
    private static String[] wordsLast(String[] arguments) {
        List<String> reordered = new ArrayList<>(List.of(arguments));
        int words = 0;
        while (words < arguments.length && !arguments[words].startsWith("-")) {
            words++;
        }
        Collections.rotate(reordered, -words);
        return reordered.toArray(String[]::new);
    }

    private static String explain(String name, Exception failure) {
        String message =
                String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        if (message.startsWith("Cannot ")) {
            return message;
        }
        boolean outside = failure instanceof IOException || failure instanceof YarnException;
        String kind = failure instanceof FileNotFoundException
                ? "file not found"
                : failure.getClass().getSimpleName();
        return "Cannot finish " + name + ": " + kind + ": " + message + ", expected no such failure; "
                + (outside ? "check that the cluster is up and the paths exist" : "report this as a bug, with its log");
    }

    private static Command.@Nullable Row find(String name) {
        return ROWS.stream().filter(row -> row.name().equals(name)).findFirst().orElse(null);
    }

    private static String names() {
        return ROWS.stream().map(Command.Row::name).collect(Collectors.joining(", "));
    }

    private static String usage() {
        String rows = ROWS.stream()
                .map(row -> String.format("  %-17s %s", row.name(), row.purpose()))
                .collect(Collectors.joining(System.lineSeparator()));
        return String.join(
                System.lineSeparator(),
                "usage: yarn jar howdah.jar COMMAND [-conf FILE] [-D KEY=VALUE]… [-files …] [-libjars …] [-archives …] [OPTIONS]",
                rows,
                "Exit status: 0 done, 1 job failed, 2 bad usage. Keys: docs/configuration.md");
    }
}
