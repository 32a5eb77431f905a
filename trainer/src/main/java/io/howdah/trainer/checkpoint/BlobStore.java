// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * Named sets of blobs that appear whole or not at all.
 *
 * <p>Several processes may write blobs of one pending set; exactly one of them commits it. A set that was not committed
 * is invisible to {@link #committed} and {@link #open}, whatever happened to its writers.
 */
public interface BlobStore {
    /**
     * Creates or replaces one blob of the pending set {@code set}. The bytes are durable once the stream is closed
     * without an exception.
     */
    OutputStream create(String set, String blob) throws IOException;

    /**
     * Makes the pending set visible by one atomic rename.
     *
     * @throws IOException if nothing is pending under this name, or if a committed set of this name exists already
     */
    void commit(String set) throws IOException;

    /** Deletes the pending set; does nothing where there is none. */
    void abandon(String set) throws IOException;

    /** Names of the committed sets in alphabetical order. */
    List<String> committed() throws IOException;

    /** Opens a blob of a committed set. */
    InputStream open(String set, String blob) throws IOException;

    /** Deletes a committed set. */
    void delete(String set) throws IOException;

    /** Where a set lies, for people: a path or URI. */
    String location(String set);
}
