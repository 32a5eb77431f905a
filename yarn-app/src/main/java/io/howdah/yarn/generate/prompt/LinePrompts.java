// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.IOException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Every line of some files that is not blank is a prompt. */
record LinePrompts(LineFormat format) implements PromptSource {
    /** {@inheritDoc} Reads all lines, so that a malformed one is told before anything is submitted. */
    @Override
    public SplitPlan plan(Configuration hadoop, PromptSettings settings) throws IOException {
        SplitPlan plan = new SplitPlan();
        long left = settings.limit();
        for (PromptFiles.Found file : PromptFiles.list(hadoop, settings.input())) {
            Path path = file.status().getPath();
            plan.source(path.toString(), file.name());
            try (PromptLines lines = PromptLines.open(hadoop, path, 0, 0)) {
                while (left > 0 && lines.advance()) {
                    long weight = weight(lines, file.name(), settings);
                    plan.add(lines.offset(), weight);
                    left -= weight > 0 ? 1 : 0;
                }
            }
        }
        return plan;
    }

    /** 0 for a line that is no prompt. */
    private long weight(PromptLines lines, String name, PromptSettings settings) throws IOException {
        if (lines.isBlank()) {
            return 0;
        }
        String place = name + ":" + lines.number();
        try {
            String line = lines.text(place);
            Prompt prompt = format.parse(line, place);
            return settings.weight(line.length(), prompt.maximum().orElse(settings.maximum()));
        } catch (MalformedPromptException e) {
            if (!settings.skipsMalformed()) {
                throw e;
            }
            return 0;
        }
    }

    @Override
    public PromptCursor open(Configuration hadoop, PromptSettings settings, PromptRange range, Consumer<String> skipped)
            throws IOException {
        return new Cursor(
                format,
                PromptLines.open(hadoop, new Path(range.path()), range.offset(), range.first()),
                range,
                settings.skipsMalformed(),
                skipped);
    }

    private static final class Cursor implements PromptCursor {
        private final LineFormat format;
        private final PromptLines lines;
        private final String name;
        private final boolean skips;
        private final Consumer<String> skipped;
        private long left;

        Cursor(LineFormat format, PromptLines lines, PromptRange range, boolean skips, Consumer<String> skipped) {
            this.format = format;
            this.lines = lines;
            this.name = range.name();
            this.left = range.count();
            this.skips = skips;
            this.skipped = skipped;
        }

        @Override
        public @Nullable Prompt next() throws IOException {
            while (left > 0 && lines.advance()) {
                left--;
                String place = name + ":" + lines.number();
                try {
                    if (!lines.isBlank()) {
                        return format.parse(lines.text(place), place);
                    }
                } catch (MalformedPromptException e) {
                    if (!skips) {
                        throw e;
                    }
                    skipped.accept(String.valueOf(e.getMessage()));
                }
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
