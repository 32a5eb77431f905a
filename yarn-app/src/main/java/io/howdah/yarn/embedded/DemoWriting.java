// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.yarn.generate.SideBySide;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints a text that was written twice, in two columns with their speeds. */
final class DemoWriting {
    private static final int COLUMN = 58;
    private static final String ROW = "%-" + COLUMN + "s  %s%n";

    private DemoWriting() {}

    /** Returns 0 if both ways wrote the same tokens, else 1. */
    static int print(SideBySide written, String drafter, PrintStream out) {
        out.println("Behind these held-out lines:");
        out.println();
        new String(written.prompt(), StandardCharsets.UTF_8).lines().forEach(line -> out.println("    " + line));
        out.println();
        SideBySide.Way plain = written.plain();
        SideBySide.Way drafted = written.drafted();
        out.printf(ROW, "plain: " + speed(plain), "with drafts (" + drafter + "): " + speed(drafted));
        List<String> left = lines(plain);
        List<String> right = lines(drafted);
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            out.printf(ROW, i < left.size() ? left.get(i) : "", i < right.size() ? right.get(i) : "");
        }
        out.println();
        DecodingStatistics statistics = drafted.statistics();
        double ratio = statistics.tokensPerSecond() / plain.statistics().tokensPerSecond();
        out.printf(
                Locale.ROOT,
                "%d tokens, %s; %.2f times as fast, %.2f tokens per forward%n",
                drafted.tokens().length,
                written.areEqual() ? "the same both ways" : "not the same both ways, which is a bug: report it",
                ratio,
                statistics.meanAcceptedLength());
        return written.areEqual() ? 0 : 1;
    }

    private static String speed(SideBySide.Way way) {
        return String.format(Locale.ROOT, "%,.0f tokens/s", way.statistics().tokensPerSecond());
    }

    /** Lines of the text, longer ones in pieces as wide as a column. */
    private static List<String> lines(SideBySide.Way way) {
        List<String> lines = new ArrayList<>();
        for (String line : new String(way.text(), StandardCharsets.UTF_8).split("\\R", -1)) {
            int from = 0;
            do {
                int to = Math.min(line.length(), from + COLUMN);
                lines.add(line.substring(from, to).replace('\t', ' '));
                from = to;
            } while (from < line.length());
        }
        return lines;
    }
}
