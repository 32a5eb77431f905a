// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import io.howdah.yarn.am.JobResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The closing words of the demonstration: what it took, how good the model is, and whether evaluation agrees. */
final class DemoSummary {
    private static final double NANOS = 1e9;
    private static final String ROW = "%-28s %s%n";

    private final List<Phase> phases = new ArrayList<>();

    private record Phase(String name, double seconds) {}

    /** Ends the phase that began at {@code startNanos}; returns the start of the next. */
    long phase(String name, long startNanos) {
        long now = System.nanoTime();
        phases.add(new Phase(name, (now - startNanos) / NANOS));
        return now;
    }

    /**
     * Prints everything.
     *
     * @param train result of the training, null if it left none
     * @param evaluate result of the evaluation, null if it left none
     * @return 0 if the evaluation printed the training's loss to the last digit and the model beats the unigram baseline;
     *     1 otherwise
     */
    int print(@Nullable JobResult train, @Nullable JobResult evaluate, PrintStream out) {
        out.println();
        out.println("demo");
        double all = 0;
        for (Phase phase : phases) {
            out.printf(ROW, phase.name(), seconds(phase.seconds()));
            all += phase.seconds();
        }
        out.printf(ROW, "all phases", seconds(all));
        if (train == null || evaluate == null) {
            out.println("Cannot compare: result of " + (train == null ? "train" : "evaluate")
                    + " is missing, expected one file of each beside the checkpoint; see the logs");
            return 1;
        }
        String trained = value(train, "heldOut.natsPerToken");
        String evaluated = value(evaluate, "heldOut.natsPerToken");
        out.printf(ROW, "held-out bits per byte", value(evaluate, "heldOut.bitsPerByte"));
        out.printf(ROW, "unigram bits per byte", value(evaluate, "unigram.bitsPerByte"));
        out.printf(ROW, "held-out loss in train", trained + " nats per token");
        out.printf(ROW, "held-out loss in evaluate", evaluated + " nats per token");
        out.printf(ROW, "checkpoint", value(train, "checkpoint"));
        return verdict(trained, evaluated, evaluate, out);
    }

    private static int verdict(String trained, String evaluated, JobResult evaluate, PrintStream out) {
        if (!trained.equals(evaluated)) {
            out.println("Cannot confirm the model: evaluate=" + evaluated + ", expected " + trained
                    + " as in train, to the last digit; report this as a bug");
            return 1;
        }
        double model = Double.parseDouble(value(evaluate, "heldOut.bitsPerByte"));
        double unigram = Double.parseDouble(value(evaluate, "unigram.bitsPerByte"));
        if (model >= unigram) {
            out.println("Cannot call it learning: heldOut.bitsPerByte=" + model + ", expected less than the unigram's "
                    + unigram + "; train with more --steps");
            return 1;
        }
        out.println("The evaluation in a fresh process gives the training's loss, to the last digit");
        return 0;
    }

    private static String value(JobResult result, String key) {
        return result.results().getOrDefault(key, "NaN");
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.1f s", value);
    }
}
