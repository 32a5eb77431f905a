// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.HdfsDataset;
import io.howdah.hdfs.Part;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.Split;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.tensor.Tensor;
import io.howdah.yarn.config.GenerateKeys;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The beginnings of the rows of one part of a dataset of packed tokens. As in training, the separator stands in front of
 * a row.
 */
final class DatasetPrompts implements PromptSource {
    private static final int ROWS_PER_READ = 64;

    @Override
    public SplitPlan plan(Configuration hadoop, PromptSettings settings) throws IOException {
        Path path = new Path(settings.input());
        Path qualified = path.getFileSystem(hadoop).makeQualified(path);
        DatasetManifest manifest = DatasetManifest.read(qualified.getFileSystem(hadoop), qualified);
        if (!manifest.layout().holdsTokens() || manifest.layout().sequenceLength() < settings.rowTokens()) {
            throw new ConfigException("Cannot generate: " + GenerateKeys.INPUT.name() + "=" + path + " holds "
                    + manifest.layout() + ", expected rows of at least " + settings.rowTokens()
                    + " tokens; choose another dataset or lower " + GenerateKeys.PROMPT_TOKENS.name());
        }
        Part part = settings.part();
        SplitPlan plan = new SplitPlan();
        plan.source(qualified.toString(), part.directory());
        long rows = Math.min(manifest.part(part).rows(), settings.limit());
        for (long row = 0; row < rows; row++) {
            plan.add(0, settings.weight(settings.rowTokens(), settings.maximum()));
        }
        return plan;
    }

    @Override
    public PromptCursor open(Configuration hadoop, PromptSettings settings, PromptRange range, Consumer<String> skipped)
            throws IOException {
        Dataset dataset = HdfsDataset.open(hadoop, new Path(range.path()), settings.part());
        int separator = Integer.parseInt(dataset.properties().get("separator"));
        ExampleReader reader = dataset.open(ReadOrder.sequential(), position(dataset.splits(), range.first()));
        return new Cursor(dataset, reader, separator, settings.rowTokens(), range);
    }

    private static Position position(List<Split> splits, long row) {
        long left = row;
        for (Split split : splits) {
            if (left < split.examples()) {
                return new Position(0, split.index(), (int) left);
            }
            left -= split.examples();
        }
        throw new IllegalArgumentException("Cannot read dataset: row=" + row + ", expected fewer rows");
    }

    private static final class Cursor implements PromptCursor {
        private final Dataset dataset;
        private final ExampleReader reader;
        private final int separator;
        private final int tokens;
        private final String name;
        private final long end;
        private long row;
        private int[][] rows = {};
        private int taken;

        Cursor(Dataset dataset, ExampleReader reader, int separator, int tokens, PromptRange range) {
            this.dataset = dataset;
            this.reader = reader;
            this.separator = separator;
            this.tokens = tokens;
            this.name = range.name();
            this.row = range.first();
            this.end = range.first() + range.count();
        }

        @Override
        public @Nullable Prompt next() throws IOException {
            if (row == end) {
                return null;
            }
            if (taken == rows.length) {
                read();
            }
            String id = name + "/" + row++;
            return new Prompt(id, id, new Prompt.Tokens(rows[taken++]), OptionalInt.empty(), OptionalLong.empty());
        }

        private void read() throws IOException {
            int count = (int) Math.min(ROWS_PER_READ, end - row);
            try (Batch batch = reader.next(count)) {
                Tensor column = batch.column(NextTokenModel.TOKENS);
                long[] values = column.toLongs();
                int length = values.length / count;
                rows = new int[count][tokens + 1];
                for (int i = 0; i < count; i++) {
                    rows[i][0] = separator;
                    for (int k = 0; k < tokens; k++) {
                        rows[i][k + 1] = (int) values[i * length + k];
                    }
                }
            }
            taken = 0;
        }

        @Override
        public void close() throws IOException {
            reader.close();
            dataset.close();
        }
    }
}
