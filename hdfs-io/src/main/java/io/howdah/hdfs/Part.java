// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.util.Locale;

/** The two parts of a dataset; each is a directory of shards. */
public enum Part {
    /** What training reads. */
    TRAIN,
    /** What evaluation reads; no document of it is in {@link #TRAIN}. */
    HELDOUT;

    /** The part with this directory name. */
    public static Part named(String name) {
        for (Part part : values()) {
            if (part.directory().equals(name)) {
                return part;
            }
        }
        throw new IllegalArgumentException(
                "Cannot choose part of dataset: name=" + name + ", expected train or heldout; correct the name");
    }

    /** Name of the part's directory inside the dataset's. */
    public String directory() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Path of the part's {@code shard}-th shard inside the dataset's directory. */
    public String shardPath(int shard) {
        return String.format(Locale.ROOT, "%s/part-%05d.arrow", directory(), shard);
    }
}
