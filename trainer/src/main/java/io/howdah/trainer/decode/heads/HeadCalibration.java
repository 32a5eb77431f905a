// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * How often the token that came was the one at a rank of a head's scores: what trees of drafts are made of. Counts of
 * parts of a text add up, so that a reducer can sum those of mappers.
 *
 * @param places positions that each head was asked at, [K]
 * @param hits [K][R] of these, those where the token was exactly at the rank
 */
public record HeadCalibration(long[] places, long[][] hits) {
    static final String FORMAT = "howdah.head-calibration";
    static final int VERSION = 1;

    public HeadCalibration {
        places = places.clone();
        hits = Arrays.stream(hits).map(long[]::clone).toArray(long[][]::new);
        boolean fits = places.length == hits.length && hits.length > 0 && hits[0].length > 0;
        for (int head = 0; fits && head < hits.length; head++) {
            fits = hits[head].length == hits[0].length
                    && Arrays.stream(hits[head]).sum() <= places[head];
            fits &= Arrays.stream(hits[head]).allMatch(count -> count >= 0);
        }
        if (!fits) {
            throw new IllegalArgumentException("Cannot calibrate heads: places=" + Arrays.toString(places) + " hits="
                    + Arrays.deepToString(hits)
                    + ", expected as many rows as heads, of one length, with no more hits than places; count again");
        }
    }

    /** Nothing counted yet. */
    public static HeadCalibration none(int heads, int ranks) {
        return new HeadCalibration(new long[heads], new long[heads][ranks]);
    }

    /** K. */
    public int heads() {
        return hits.length;
    }

    /** R. */
    public int ranks() {
        return hits[0].length;
    }

    /** Share of the places where the token was at this rank. */
    public double rate(int head, int rank) {
        return rank >= ranks() || places[head] == 0 ? 0 : (double) hits[head][rank] / places[head];
    }

    /** What both counted. */
    public HeadCalibration plus(HeadCalibration other) {
        if (other.heads() != heads() || other.ranks() != ranks()) {
            throw new IllegalArgumentException("Cannot add calibrations: heads=" + heads() + " ranks=" + ranks()
                    + " and heads=" + other.heads() + " ranks=" + other.ranks()
                    + ", expected the same of both; calibrate the same heads");
        }
        long[] allPlaces = places.clone();
        long[][] allHits = new long[heads()][ranks()];
        for (int head = 0; head < heads(); head++) {
            allPlaces[head] += other.places[head];
            for (int rank = 0; rank < ranks(); rank++) {
                allHits[head][rank] = hits[head][rank] + other.hits[head][rank];
            }
        }
        return new HeadCalibration(allPlaces, allHits);
    }

    /** As text that {@link #of} reads. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("version", VERSION);
        Arrays.stream(places).forEach(json.putArray("places")::add);
        var rows = json.putArray("hits");
        for (long[] row : hits) {
            Arrays.stream(row).forEach(rows.addArray()::add);
        }
        return json;
    }

    /** @throws IllegalArgumentException if it is no calibration that {@link #json} wrote */
    public static HeadCalibration of(JsonNode json) {
        Formats.check(json, FORMAT, VERSION);
        long[][] hits = new long[json.path("hits").size()][];
        for (int head = 0; head < hits.length; head++) {
            hits[head] = longs(json.path("hits").path(head));
        }
        return new HeadCalibration(longs(json.path("places")), hits);
    }

    private static long[] longs(JsonNode list) {
        long[] numbers = new long[list.size()];
        Arrays.setAll(numbers, i -> list.path(i).asLong(-1));
        return numbers;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeadCalibration same
                && Arrays.equals(places, same.places)
                && Arrays.deepEquals(hits, same.hits);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(places) + Arrays.deepHashCode(hits);
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
