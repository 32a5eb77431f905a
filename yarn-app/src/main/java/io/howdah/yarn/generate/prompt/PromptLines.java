// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.util.LineReader;

/** The lines of a file of prompts, which may be compressed as Hadoop's codecs allow. */
final class PromptLines implements Closeable {
    private static final byte[] NEWLINE = "\n".getBytes(StandardCharsets.US_ASCII);

    private final LineReader reader;
    private final boolean hasPlaces;
    private final Text line = new Text();
    private long next;
    private long number;
    private long offset;

    private PromptLines(InputStream in, boolean hasPlaces, long offset) {
        this.reader = new LineReader(in, NEWLINE);
        this.hasPlaces = hasPlaces;
        this.next = offset;
    }

    /**
     * Opens the line number {@code first}.
     *
     * @param offset where it begins; ignored in compressed files, whose lines are counted from the first one
     */
    static PromptLines open(Configuration hadoop, Path path, long offset, long first) throws IOException {
        FileSystem fileSystem = path.getFileSystem(hadoop);
        CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
        FSDataInputStream in = fileSystem.open(path);
        if (codec == null) {
            in.seek(offset);
            PromptLines lines = new PromptLines(in, true, offset);
            lines.number = first;
            return lines;
        }
        PromptLines lines = new PromptLines(codec.createInputStream(in), false, 0);
        while (lines.number < first && lines.advance()) {
            // Skips what other tasks read.
        }
        return lines;
    }

    /** Reads the next line; returns false at the end. */
    boolean advance() throws IOException {
        offset = hasPlaces ? next : 0;
        int bytes = reader.readLine(line);
        next += bytes;
        number += bytes > 0 ? 1 : 0;
        return bytes > 0;
    }

    /** Where the line begins, 0 if such places do not exist. */
    long offset() {
        return offset;
    }

    /** Number of the line for people, from 1 on. */
    long number() {
        return number;
    }

    boolean isBlank() {
        for (int i = 0; i < line.getLength(); i++) {
            if (line.getBytes()[i] > ' ' || line.getBytes()[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** The line without what ends it. */
    String text(String place) throws MalformedPromptException {
        int length = line.getLength();
        boolean carriageReturn = length > 0 && line.getBytes()[length - 1] == '\r';
        try {
            return Text.decode(line.getBytes(), 0, carriageReturn ? length - 1 : length, false);
        } catch (CharacterCodingException e) {
            throw new MalformedPromptException(place, "is not UTF-8");
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
