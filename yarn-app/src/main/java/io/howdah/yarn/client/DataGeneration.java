// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.PartFacts;
import io.howdah.preprocess.datagen.Datagen;
import io.howdah.preprocess.datagen.DatagenKeys;
import io.howdah.trainer.config.Config;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Writes a generated dataset and shows what it holds. */
public final class DataGeneration {
    private DataGeneration() {}

    /** Writes the dataset that {@code config} describes to a file system that {@code hadoop} knows. */
    public static void run(Configuration hadoop, Config config, PrintStream printer) throws IOException {
        long start = System.nanoTime();
        DatasetManifest manifest = Datagen.run(hadoop, config);
        PartFacts train = manifest.part(Part.TRAIN);
        PartFacts heldout = manifest.part(Part.HELDOUT);
        printer.printf(Locale.ROOT, "%-28s %,d train, %,d held out%n", "examples", train.rows(), heldout.rows());
        new TreeMap<>(manifest.properties(Part.TRAIN))
                .forEach((name, value) -> printer.printf(Locale.ROOT, "%-28s %s%n", name, value));
        printer.printf(Locale.ROOT, "%-28s %,d%n", "bytes", train.bytes() + heldout.bytes());
        printer.printf(Locale.ROOT, "%-28s %.1f s%n", "time", (System.nanoTime() - start) / 1e9);
        printer.printf(Locale.ROOT, "%-28s %s%n", "output", config.get(DatagenKeys.OUTPUT));
    }
}
