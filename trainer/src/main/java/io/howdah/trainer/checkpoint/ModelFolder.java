// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A folder with the files of a model that others have made, to be read. */
public interface ModelFolder {
    /** Where it lies, for people: a path or URI. */
    String location();

    /**
     * Names of its files in alphabetical order.
     *
     * @throws IOException also if there is no such folder
     */
    List<String> files() throws IOException;

    /** Opens one of its {@link #files()}. */
    InputStream open(String file) throws IOException;
}
