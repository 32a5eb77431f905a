// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file about the steps of a training, which is not worth the training: once it cannot be written any more, for instance
 * because its datanodes are gone, another file goes on from the same step, and if that cannot be written either, none.
 */
final class Journal implements TrainingListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final Opener opener;
    private @Nullable Open open;

    /** Makes the file that begins at a step. */
    @FunctionalInterface
    interface Opener {
        Open at(long step) throws IOException;
    }

    /**
     * A file.
     *
     * @param listener writes to the stream
     */
    record Open(Path path, OutputStream stream, TrainingListener listener) {}

    /** Something that a listener is to be told. */
    @FunctionalInterface
    private interface Event {
        void tell(TrainingListener listener) throws IOException;
    }

    /** @throws IOException if there cannot be such a file even at the start, which the settings are to blame for */
    Journal(Opener opener, long step) throws IOException {
        this.opener = opener;
        this.open = opener.at(step);
    }

    @Override
    public void onStep(StepProgress progress) {
        write(progress.step(), listener -> listener.onStep(progress));
    }

    @Override
    public void onEvaluation(long step, Evaluation evaluation) {
        write(step, listener -> listener.onEvaluation(step, evaluation));
    }

    private void write(long step, Event event) {
        Open present = open;
        if (present == null) {
            return;
        }
        try {
            event.tell(present.listener());
        } catch (IOException e) {
            LOG.warn("Cannot write on in {}: {}; going on in another file from step={}", present.path(), e, step);
            close();
            goOn(step, event);
        }
    }

    private void goOn(long step, Event event) {
        try {
            Open next = opener.at(step);
            open = next;
            event.tell(next.listener());
        } catch (IOException e) {
            LOG.warn("Cannot write about the steps from step={} on: {}; training goes on without", step, e.toString());
            close();
        }
    }

    /** What cannot be written at the end is lost, with a warning. */
    @Override
    public void close() {
        Open last = open;
        open = null;
        if (last == null) {
            return;
        }
        try {
            last.stream().close();
        } catch (IOException e) {
            LOG.warn("Cannot write the end of {}: {}", last.path(), e.toString());
        }
    }
}
