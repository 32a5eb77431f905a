// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Shares prompts out to tasks: consecutive pieces of about the same work, whatever the files. The same prompts give the
 * same pieces. Holds 20 bytes for each line.
 */
final class SplitPlan {
    private final List<Source> sources = new ArrayList<>();
    private long[] offsets = new long[1024];
    private long[] weights = new long[1024];
    private int units;

    /** A file or dataset, and which unit is its first. */
    private record Source(String path, String name, int firstUnit) {}

    /** A piece before it is placed on hosts. */
    record Piece(long weight, List<PromptRange> ranges) {}

    /** Begins the next file or dataset. */
    void source(String path, String name) {
        sources.add(new Source(path, name, units));
    }

    /**
     * Adds the next line or row.
     *
     * @param offset where it begins, 0 in a source without such places
     * @param weight work that it foretells, at least 0
     */
    void add(long offset, long weight) {
        if (units == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * units);
            weights = Arrays.copyOf(weights, 2 * units);
        }
        offsets[units] = offset;
        weights[units] = weight;
        units++;
    }

    /** Lines and rows so far. */
    int size() {
        return units;
    }

    /** At most {@code count} pieces in order, none of them empty: a unit goes to the piece in whose share its middle lies. */
    List<Piece> pieces(int count) {
        long total = 0;
        for (int unit = 0; unit < units; unit++) {
            total += weights[unit];
        }
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        int piece = 0;
        long before = 0;
        for (int unit = 0; unit < units; unit++) {
            double middle = before + 0.5 * weights[unit];
            int own = total == 0 ? 0 : (int) Math.min(count - 1.0, middle * count / total);
            if (own != piece && unit > from) {
                pieces.add(piece(from, unit));
                from = unit;
            }
            piece = own;
            before += weights[unit];
        }
        if (units > from) {
            pieces.add(piece(from, units));
        }
        return pieces;
    }

    private Piece piece(int from, int to) {
        List<PromptRange> ranges = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            int end = i + 1 < sources.size() ? sources.get(i + 1).firstUnit() : units;
            int first = Math.max(from, source.firstUnit());
            int last = Math.min(to, end);
            if (first < last) {
                ranges.add(new PromptRange(
                        source.path(), source.name(), offsets[first], first - source.firstUnit(), last - first));
            }
        }
        return new Piece(Arrays.stream(weights, from, to).sum(), ranges);
    }
}
