// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The custom metadata in a shard's footer.
 *
 * @param layout layout of the shard
 * @param rows number of rows in all batches
 * @param crcs CRC-32C of the values buffer of each column of each batch
 * @param histogram counts of the tokens of all rows; empty where the rows are not packed tokens
 */
record ShardMetadata(ShardLayout layout, long rows, CrcList crcs, Histogram histogram) {
    private static final String FORMAT = "howdah.format";
    private static final String PACKED_TOKENS = "packed-tokens";
    private static final String COLUMN_FORMAT = "columns";
    private static final String VERSION = "howdah.version";
    private static final String VERSION_NUMBER = "1";
    private static final String ROWS = "howdah.rows";
    private static final String ROWS_PER_BATCH = "howdah.rows.per.batch";
    private static final String SEPARATOR = "howdah.separator";
    private static final String COLUMNS = "howdah.columns";
    private static final String CRCS = "howdah.batch.crc32c";
    private static final String HISTOGRAM = "howdah.histogram";
    private static final String CHECK = "howdah.metadata.crc32c";

    /** CRC-32C values in order of the batches and, inside each, of the columns, in text as eight hexadecimal digits each. */
    record CrcList(String text) {
        private static final HexFormat HEX = HexFormat.of();

        static CrcList of(int[] crcs) {
            return new CrcList(Arrays.stream(crcs).mapToObj(HEX::toHexDigits).collect(Collectors.joining()));
        }

        int size() {
            return text.length() / 8;
        }

        int get(int index) {
            return HexFormat.fromHexDigits(text, 8 * index, 8 * index + 8);
        }
    }

    /** The footer's entries in alphabetical order. */
    SortedMap<String, String> entries() {
        SortedMap<String, String> entries = new TreeMap<>();
        entries.put(FORMAT, layout.holdsTokens() ? PACKED_TOKENS : COLUMN_FORMAT);
        entries.put(VERSION, VERSION_NUMBER);
        entries.put(ROWS, Long.toString(rows));
        entries.put(ROWS_PER_BATCH, Integer.toString(layout.rowsPerBatch()));
        entries.put(CRCS, crcs.text());
        if (layout.holdsTokens()) {
            entries.put(SEPARATOR, Integer.toString(layout.separator().getAsInt()));
            entries.put(HISTOGRAM, histogram.toString());
        } else {
            entries.put(COLUMNS, ColumnSchema.text(layout.columns()));
        }
        entries.put(CHECK, checkOf(entries));
        return entries;
    }

    /**
     * Reads and checks the entries of the footer of {@code file}.
     *
     * @throws IOException if they are of another format or version, if any of them was damaged, or if {@code schema} is
     *     not theirs
     */
    static ShardMetadata parse(ShardFile file, Map<String, String> footer, Schema schema) throws IOException {
        SortedMap<String, String> entries = new TreeMap<>(footer);
        String check = entries.remove(CHECK);
        boolean tokens = PACKED_TOKENS.equals(entries.get(FORMAT));
        if (!tokens && !COLUMN_FORMAT.equals(entries.get(FORMAT))) {
            throw file.refuse(FORMAT + "=" + entries.get(FORMAT), PACKED_TOKENS + " or " + COLUMN_FORMAT, null);
        }
        expect(file, VERSION, entries.get(VERSION), VERSION_NUMBER);
        expect(file, CHECK, check, checkOf(entries));
        ShardMetadata metadata;
        try {
            int rowsPerBatch = Integer.parseInt(entries.getOrDefault(ROWS_PER_BATCH, ""));
            metadata = new ShardMetadata(
                    tokens
                            ? new ShardLayout(
                                    ColumnSchema.sequenceLength(schema),
                                    rowsPerBatch,
                                    Integer.parseInt(entries.getOrDefault(SEPARATOR, "")))
                            : new ShardLayout(ColumnSchema.parse(entries.getOrDefault(COLUMNS, "")), rowsPerBatch),
                    Long.parseLong(entries.getOrDefault(ROWS, "")),
                    new CrcList(entries.getOrDefault(CRCS, "")),
                    tokens ? Histogram.parse(entries.getOrDefault(HISTOGRAM, "")) : new Histogram());
        } catch (IllegalArgumentException e) {
            throw file.refuse("footer=" + e.getMessage(), "numbers in the footer's metadata", e);
        }
        checkSchema(file, schema.getFields(), ColumnSchema.of(metadata.layout).getFields());
        return metadata;
    }

    private static void checkSchema(ShardFile file, List<Field> found, List<Field> expected) throws IOException {
        for (int column = 0; column < Math.max(found.size(), expected.size()); column++) {
            Field actual = column < found.size() ? found.get(column) : null;
            Field wanted = column < expected.size() ? expected.get(column) : null;
            if (!Objects.equals(actual, wanted)) {
                throw file.refuse("column=" + actual, "column " + wanted, null);
            }
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
