// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainingListener;
import io.howdah.trainer.train.journal.StepJournal;
import io.howdah.trainer.train.journal.TensorBoardJournal;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files that a training writes about its steps, under {@code <output>/_howdah}. Each run has its own, named after the
 * step that it began at; one that begins there again replaces them.
 */
final class Journals implements AutoCloseable {
    private final List<TrainingListener> listeners = new ArrayList<>();
    private final List<OutputStream> streams = new ArrayList<>();

    private Journals() {}

    /** No files. */
    static Journals none() {
        return new Journals();
    }

    /** The files of a run that begins at {@code step}, and of the process of it that took the place of {@code attempt} others. */
    static Journals open(Configuration hadoop, Config config, long step, int attempt) throws IOException {
        Path folder = new Path(config.get(TrainKeys.OUTPUT), "_howdah");
        FileSystem files = folder.getFileSystem(hadoop);
        // Readers of these files look for no checksum files beside them.
        FileSystem plain = files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
        Journals journals = new Journals();
        try {
            journals.listeners.add(new StepJournal(journals.create(
                    plain, new Path(folder, name(step, attempt) + ".jsonl"), System::currentTimeMillis)));
            if (config.get(TrainKeys.TENSORBOARD)) {
                Path file = new Path(folder, "tensorboard/events.out.tfevents." + name(step, attempt));
                journals.listeners.add(new TensorBoardJournal(
                        journals.create(plain, file, System::currentTimeMillis), System::currentTimeMillis));
            }
            return journals;
        } catch (IOException e) {
            journals.close();
            throw e;
        }
    }

    private static String name(long step, int attempt) {
        return String.format(Locale.ROOT, "steps-%08d", step) + (attempt == 0 ? "" : "-" + attempt);
    }

    private OutputStream create(FileSystem files, Path file, LongSupplier clockMillis) throws IOException {
        OutputStream stream = new VisibleOutputStream(files.create(file, true), clockMillis);
        streams.add(stream);
        return stream;
    }

    /** Told in this order. */
    List<TrainingListener> listeners() {
        return List.copyOf(listeners);
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (OutputStream stream : streams) {
            try {
                stream.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
