// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The custom metadata in a shard's footer.
 *
 * @param rows number of rows in all batches
 * @param rowsPerBatch rows of every batch but the last
 * @param separator token between documents
 * @param crcs CRC-32C of the values buffer of each batch
 * @param histogram counts of the tokens of all rows
 */
record ShardMetadata(long rows, int rowsPerBatch, int separator, CrcList crcs, Histogram histogram) {
    private static final String FORMAT = "howdah.format";
    private static final String FORMAT_NAME = "packed-tokens";
    private static final String VERSION = "howdah.version";
    private static final String VERSION_NUMBER = "1";
    private static final String ROWS = "howdah.rows";
    private static final String ROWS_PER_BATCH = "howdah.rows.per.batch";
    private static final String SEPARATOR = "howdah.separator";
    private static final String CRCS = "howdah.batch.crc32c";
    private static final String HISTOGRAM = "howdah.histogram";
    private static final String CHECK = "howdah.metadata.crc32c";

    /** CRC-32C values in order of the batches, in text as eight hexadecimal digits each. */
    record CrcList(String text) {
        private static final HexFormat HEX = HexFormat.of();

        static CrcList of(int[] crcs) {
            return new CrcList(Arrays.stream(crcs).mapToObj(HEX::toHexDigits).collect(Collectors.joining()));
        }

        int size() {
            return text.length() / 8;
        }

        int get(int batch) {
            return HexFormat.fromHexDigits(text, 8 * batch, 8 * batch + 8);
        }
    }

    /** The footer's entries in alphabetical order. */
    SortedMap<String, String> entries() {
        SortedMap<String, String> entries = new TreeMap<>();
        entries.put(FORMAT, FORMAT_NAME);
        entries.put(VERSION, VERSION_NUMBER);
        entries.put(ROWS, Long.toString(rows));
        entries.put(ROWS_PER_BATCH, Integer.toString(rowsPerBatch));
        entries.put(SEPARATOR, Integer.toString(separator));
        entries.put(CRCS, crcs.text());
        entries.put(HISTOGRAM, histogram.toString());
        entries.put(CHECK, checkOf(entries));
        return entries;
    }

    /**
     * Reads and checks the entries of the footer of {@code file}.
     *
     * @throws IOException if they are of another format or version, or if any of them was damaged
     */
    static ShardMetadata parse(ShardFile file, Map<String, String> footer) throws IOException {
        SortedMap<String, String> entries = new TreeMap<>(footer);
        String check = entries.remove(CHECK);
        expect(file, FORMAT, entries.get(FORMAT), FORMAT_NAME);
        expect(file, VERSION, entries.get(VERSION), VERSION_NUMBER);
        expect(file, CHECK, check, checkOf(entries));
        try {
            return new ShardMetadata(
                    Long.parseLong(entries.getOrDefault(ROWS, "")),
                    Integer.parseInt(entries.getOrDefault(ROWS_PER_BATCH, "")),
                    Integer.parseInt(entries.getOrDefault(SEPARATOR, "")),
                    new CrcList(entries.getOrDefault(CRCS, "")),
                    Histogram.parse(entries.getOrDefault(HISTOGRAM, "")));
        } catch (IllegalArgumentException e) {
            throw file.refuse("footer=" + e.getMessage(), "numbers in the footer's metadata", e);
        }
    }

    private static void expect(ShardFile file, String name, @Nullable String value, String expected)
            throws IOException {
        if (!expected.equals(value)) {
            throw file.refuse(name + "=" + value, expected, null);
        }
    }

    private static String checkOf(SortedMap<String, String> entries) {
        CRC32C crc = new CRC32C();
        entries.forEach((name, value) -> crc.update((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
