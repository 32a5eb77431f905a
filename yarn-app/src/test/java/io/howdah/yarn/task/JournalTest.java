// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.train.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** Files that break cost neither the training nor what is said after them. */
class JournalTest {
    private final List<String> written = new ArrayList<>();
    private final List<Long> opened = new ArrayList<>();
    private int goodFiles = Integer.MAX_VALUE;
    private boolean broken;

    /** As a file of HDFS whose datanodes are gone: the very same failure again from every call. */
    private final class Breaking extends OutputStream {
        private final IOException failure = new IOException("All datanodes are bad");
        private boolean failed;

        @Override
        public void write(int value) throws IOException {
            if (broken) {
                failed = true;
                broken = false;
            }
            if (failed) {
                throw failure;
            }
        }

        @Override
        public void close() throws IOException {
            write(0);
        }
    }

    private Journal.Open open(long step) throws IOException {
        if (opened.size() == goodFiles) {
            throw new IOException("no space left");
        }
        opened.add(step);
        OutputStream stream = new Breaking();
        return new Journal.Open(new Path("/steps-" + step), stream, new TrainingListener() {
            @Override
            public void onEvaluation(long at, Evaluation evaluation) throws IOException {
                stream.write(1);
                written.add(step + ":" + at);
            }
        });
    }

    private static void evaluate(Journal journal, long step) {
        journal.onEvaluation(step, new Evaluation(new TreeMap<>(), 1));
    }

    @Test
    void anotherFileGoesOnFromTheStepThatCouldNotBeWritten() throws IOException {
        try (Journal journal = new Journal(this::open, 5)) {
            evaluate(journal, 6);
            broken = true;
            evaluate(journal, 7);
            evaluate(journal, 8);
        }
        assertThat(written).containsExactly("5:6", "7:7", "7:8");
    }

    @Test
    void withoutAnotherFileTrainingGoesOn() throws IOException {
        goodFiles = 1;
        try (Journal journal = new Journal(this::open, 0)) {
            broken = true;
            evaluate(journal, 1);
            evaluate(journal, 2);
        }
        assertThat(written).isEmpty();
        assertThat(opened).containsExactly(0L);
    }

    @Test
    void anEndThatCannotBeWrittenIsNoFailure() throws IOException {
        Journal journal = new Journal(this::open, 0);
        evaluate(journal, 1);
        broken = true;
        journal.close();
        assertThat(written).containsExactly("0:1");
    }

    @Test
    void aFileThatCannotEvenBeginIsRefused() {
        goodFiles = 0;
        assertThatThrownBy(() -> new Journal(this::open, 0)).hasMessage("no space left");
    }
}
