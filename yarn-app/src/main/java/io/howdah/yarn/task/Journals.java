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
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files that a training writes about its steps, under {@code <output>/_howdah}. Each run has its own, named after the
 * step that it began at; one that begins there again replaces them. A file that breaks is followed by another.
 */
final class Journals implements AutoCloseable {
    private final List<Journal> journals = new ArrayList<>();

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
        Journals all = new Journals();
        try {
            all.add(step, from -> {
                Path path = new Path(folder, name(from, attempt) + ".jsonl");
                OutputStream stream = create(plain, path);
                return new Journal.Open(path, stream, new StepJournal(stream));
            });
            if (config.get(TrainKeys.TENSORBOARD)) {
                all.add(step, from -> {
                    Path path = new Path(folder, "tensorboard/events.out.tfevents." + name(from, attempt));
                    OutputStream stream = create(plain, path);
                    return new Journal.Open(path, stream, new TensorBoardJournal(stream, System::currentTimeMillis));
                });
            }
            return all;
        } catch (IOException e) {
            all.close();
            throw e;
        }
    }

    private void add(long step, Journal.Opener opener) throws IOException {
        journals.add(new Journal(opener, step));
    }

    private static String name(long step, int attempt) {
        return String.format(Locale.ROOT, "steps-%08d", step) + (attempt == 0 ? "" : "-" + attempt);
    }

    private static OutputStream create(FileSystem files, Path file) throws IOException {
        return new VisibleOutputStream(files.create(file, true), System::currentTimeMillis);
    }

    /** Told in this order. */
    List<TrainingListener> listeners() {
        return List.copyOf(journals);
    }

    @Override
    public void close() {
        journals.forEach(Journal::close);
    }
}
