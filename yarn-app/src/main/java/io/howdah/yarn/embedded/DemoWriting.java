// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.yarn.generate.SpeculationComparison;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The demonstration's text, written plainly and with drafts, in two columns. */
final class DemoWriting {
    private static final int COLUMN = 56;
    private static final String ROW = "%-" + COLUMN + "s | %s%n";

    private DemoWriting() {}

    /** Prints both; returns whether their tokens are the same. */
    static boolean print(SpeculationComparison written, PrintStream out) {
        out.println(written.prompt().strip());
        out.println();
        out.printf(ROW, "plain", "speculative, drafts of its own heads");
        out.printf(
                ROW,
                speed(written.plain().statistics()),
                speed(written.drafted().statistics()));
        out.println("-".repeat(COLUMN) + "-+-" + "-".repeat(COLUMN));
        List<String> left = lines(written.plain().text());
        List<String> right = lines(written.drafted().text());
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            out.printf(ROW, i < left.size() ? left.get(i) : "", i < right.size() ? right.get(i) : "");
        }
        boolean same = written.plain().tokens().equals(written.drafted().tokens());
        out.println();
        out.printf(
                Locale.ROOT,
                "%s, %.2f times the speed, %.2f tokens per forward of the model%n",
                same ? "The same " + written.plain().tokens().size() + " tokens" : "Other tokens",
                written.speedUp(),
                written.drafted().statistics().meanAcceptedLength());
        return same;
    }

    private static String speed(DecodingStatistics statistics) {
        return String.format(Locale.ROOT, "%,.0f tokens/s", statistics.tokensPerSecond());
    }

    /** Lines of a column; long ones are broken. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String rest = line.replace("\t", "    ").replaceAll("\\p{Cntrl}", "?");
            while (rest.length() > COLUMN) {
                lines.add(rest.substring(0, COLUMN));
                rest = rest.substring(COLUMN);
            }
            lines.add(rest);
        }
        return lines;
    }
}
