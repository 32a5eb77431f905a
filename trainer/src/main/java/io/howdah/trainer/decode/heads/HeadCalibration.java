// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * How often the token that came was the one at a rank of a head's scores, where the heads before it were right: what trees of drafts are
 * made of. Heads are right together more often than by chance, so that rates of each head alone would make deep nodes look worse
 * than they are. Counts of parts of a text add up, so that a reducer can sum those of mappers.
 *
 * @param places positions that each head was asked at, by what the heads before it had been, [K][{@link Before}]
 * @param hits [K][{@link Before}][R] of these, those where the token was exactly at the rank
 */
public record HeadCalibration(long[][] places, long[][][] hits) {
    static final String FORMAT = "howdah.head-calibration";
    static final int VERSION = 2;

    /** At which ranks the heads before had the tokens that came. */
    public enum Before {
        /** All at the first one; also of the first head. */
        FIRST,
        /** All at some rank that is told apart, not all at the first. */
        LATER;

        /** What the next head is asked behind. */
        public Before and(int rank) {
            return this == FIRST && rank == 0 ? FIRST : LATER;
        }
    }

    private static final int STATES = Before.values().length;

    public HeadCalibration {
        places = Arrays.stream(places).map(long[]::clone).toArray(long[][]::new);
        hits = Arrays.stream(hits).map(HeadCalibration::copy).toArray(long[][][]::new);
        boolean fits = places.length == hits.length && hits.length > 0 && hits[0].length > 0 && hits[0][0].length > 0;
        for (int head = 0; fits && head < hits.length; head++) {
            fits = places[head].length == STATES && hits[head].length == STATES;
            for (int state = 0; fits && state < STATES; state++) {
                fits = fits(places[head][state], hits[head][state], hits[0][0].length);
            }
        }
        if (!fits) {
            throw new IllegalArgumentException("Cannot calibrate heads: places=" + Arrays.deepToString(places)
                    + " hits=" + Arrays.deepToString(hits)
                    + ", expected " + STATES
                    + " rows for each head, of one length, with no more hits than places; count"
                    + " again");
        }
    }

    private static long[][] copy(long[][] rows) {
        return Arrays.stream(rows).map(long[]::clone).toArray(long[][]::new);
    }

    private static boolean fits(long places, long[] hits, int ranks) {
        return hits.length == ranks
                && Arrays.stream(hits).allMatch(count -> count >= 0)
                && Arrays.stream(hits).sum() <= places;
    }

    /** Nothing counted yet. */
    public static HeadCalibration none(int heads, int ranks) {
        return new HeadCalibration(new long[heads][STATES], new long[heads][STATES][ranks]);
    }

    /** K. */
    public int heads() {
        return hits.length;
    }

    /** R. */
    public int ranks() {
        return hits[0][0].length;
    }

    /** Share of the places behind {@code before} where the token was at this rank. */
    public double rate(int head, Before before, int rank) {
        long asked = places[head][before.ordinal()];
        return rank >= ranks() || asked == 0 ? 0 : (double) hits[head][before.ordinal()][rank] / asked;
    }

    /** What both counted. */
    public HeadCalibration plus(HeadCalibration other) {
        if (other.heads() != heads() || other.ranks() != ranks()) {
            throw new IllegalArgumentException("Cannot add calibrations: heads=" + heads() + " ranks=" + ranks()
                    + " and heads=" + other.heads() + " ranks=" + other.ranks()
                    + ", expected the same of both; calibrate the same heads");
        }
        long[][] allPlaces = copy(places);
        long[][][] allHits = new long[heads()][STATES][ranks()];
        for (int head = 0; head < heads(); head++) {
            for (int state = 0; state < STATES; state++) {
                allPlaces[head][state] += other.places[head][state];
                for (int rank = 0; rank < ranks(); rank++) {
                    allHits[head][state][rank] = hits[head][state][rank] + other.hits[head][state][rank];
                }
            }
        }
        return new HeadCalibration(allPlaces, allHits);
    }

    /** As text that {@link #of} reads. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("version", VERSION);
        write(places, json.putArray("places"));
        ArrayNode heads = json.putArray("hits");
        for (long[][] rows : hits) {
            write(rows, heads.addArray());
        }
        return json;
    }

    private static void write(long[][] rows, ArrayNode into) {
        for (long[] row : rows) {
            Arrays.stream(row).forEach(into.addArray()::add);
        }
    }

    /** @throws IllegalArgumentException if it is no calibration that {@link #json} wrote */
    public static HeadCalibration of(JsonNode json) {
        Formats.check(json, FORMAT, VERSION);
        long[][][] hits = new long[json.path("hits").size()][][];
        for (int head = 0; head < hits.length; head++) {
            hits[head] = rows(json.path("hits").path(head));
        }
        return new HeadCalibration(rows(json.path("places")), hits);
    }

    private static long[][] rows(JsonNode list) {
        long[][] rows = new long[list.size()][];
        for (int row = 0; row < rows.length; row++) {
            JsonNode numbers = list.path(row);
            rows[row] = new long[numbers.size()];
            Arrays.setAll(rows[row], i -> numbers.path(i).asLong(-1));
        }
        return rows;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeadCalibration same
                && Arrays.deepEquals(places, same.places)
                && Arrays.deepEquals(hits, same.hits);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.deepHashCode(places) + Arrays.deepHashCode(hits);
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
