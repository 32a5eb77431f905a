// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The contents of {@value #FILE}, which is written last: a directory that has it is a whole dataset.
 *
 * @param layout what all shards have in common
 * @param source where the rows came from, for people
 * @param properties facts that models need; empty for packed tokens, where {@link #properties(Part)} derives them
 * @param parts facts of both parts
 */
public record DatasetManifest(
        ShardLayout layout, String source, Map<String, String> properties, Map<Part, PartFacts> parts) {
    /** Name of the manifest inside the dataset's directory. */
    public static final String FILE = "_dataset.json";

    private static final int MOST_BYTES = 1 << 30;

    public DatasetManifest {
        properties = Map.copyOf(properties);
        parts = Map.copyOf(parts);
        for (Part part : Part.values()) {
            PartFacts facts = parts.get(part);
            long tokensPerRow = layout.holdsTokens() ? layout.sequenceLength() : 0;
            if (facts == null || facts.histogram().total() != facts.rows() * tokensPerRow) {
                throw new IllegalArgumentException("part " + part.directory() + " does not add up");
            }
        }
        if (layout.holdsTokens() && !properties.isEmpty()) {
            throw new IllegalArgumentException("packed tokens have properties " + properties.keySet());
        }
    }

    /** The manifest of packed tokens. */
    public DatasetManifest(ShardLayout layout, String source, Map<Part, PartFacts> parts) {
        this(layout, source, Map.of(), parts);
    }

    /** Facts that models need of one part. */
    public Map<String, String> properties(Part part) {
        return layout.holdsTokens()
                ? Map.of(
                        "vocabulary", Integer.toString(ShardLayout.VOCABULARY),
                        "sequence.length", Integer.toString(layout.sequenceLength()),
                        "separator", Integer.toString(layout.separator().getAsInt()),
                        "histogram", part(part).histogram().toString())
                : properties;
    }

    /** The facts of one part. */
    public PartFacts part(Part part) {
        PartFacts facts = parts.get(part);
        if (facts == null) {
            throw new IllegalStateException("Cannot read manifest: part=" + part.directory() + " is missing, expected"
                    + " both parts; run preprocess or datagen again");
        }
        return facts;
    }

    /**
     * The manifest of a dataset whose shards are those of all {@code pieces}, in order.
     *
     * @param pieces at least one, all with the same layout, source and properties
     */
    public static DatasetManifest joined(List<DatasetManifest> pieces) {
        DatasetManifest first = pieces.get(0);
        Map<Part, PartFacts> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            long documents = 0;
            Histogram histogram = new Histogram();
            List<ShardEntry> shards = new ArrayList<>();
            for (DatasetManifest piece : pieces) {
                if (!piece.layout.equals(first.layout)) {
                    throw new IllegalArgumentException("Cannot join manifests: " + piece.layout + ", expected "
                            + first.layout + "; join pieces of one run");
                }
                documents += piece.part(part).documents();
                histogram.add(piece.part(part).histogram());
                shards.addAll(piece.part(part).shards());
            }
            parts.put(part, new PartFacts(documents, histogram, shards));
        }
        return new DatasetManifest(first.layout, first.source, first.properties, parts);
    }

    /**
     * Reads the manifest of the dataset in {@code directory}.
     *
     * @throws IOException in one line, if the directory or the manifest is missing, damaged or of another version
     */
    public static DatasetManifest read(FileSystem fileSystem, Path directory) throws IOException {
        Path file = new Path(directory, FILE);
        byte[] content;
        try (FSDataInputStream in = fileSystem.open(file)) {
            content = in.readNBytes(MOST_BYTES);
        } catch (FileNotFoundException e) {
            if (!fileSystem.exists(directory)) {
                throw refuse(directory, "the directory is missing", "one that preprocess or datagen wrote", e);
            }
            throw refuse(directory, FILE + " is missing", "a complete dataset", e);
        }
        try {
            return ManifestJson.parse(new String(content, StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException e) {
            throw refuse(file, "error=" + firstLine(e), "a whole manifest of a known version", e);
        }
    }

    /** Writes the manifest of the dataset in {@code directory} by one rename; there must be none yet. */
    public void write(FileSystem fileSystem, Path directory) throws IOException {
        Path temporary = new Path(directory, "_temporary-" + FILE);
        try (FSDataOutputStream out = fileSystem.create(temporary, true)) {
            out.write(ManifestJson.format(this).getBytes(StandardCharsets.UTF_8));
            out.hsync();
        }
        Path file = new Path(directory, FILE);
        if (fileSystem.exists(file) || !fileSystem.rename(temporary, file)) {
            throw new IOException("Cannot write manifest: path=" + file
                    + " exists or cannot be created, expected a new dataset; choose another directory");
        }
    }

    /**
     * Compares the length of every shard with the file system's, by one listing and without opening a shard.
     *
     * @throws IOException in one line that names the first shard which is missing or has another length
     */
    public void verifyLengths(FileSystem fileSystem, Path directory) throws IOException {
        for (Part part : Part.values()) {
            ShardListing.of(fileSystem, directory, part(part));
        }
    }

    static IOException refuse(Path path, String found, String expected, Exception cause) {
        return new IOException(
                "Cannot read dataset: path=" + path + " " + found + ", expected " + expected
                        + "; run preprocess or datagen again",
                cause);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
