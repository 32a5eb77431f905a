// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Waits for the parameter store. */
final class StoreFutures {
    private StoreFutures() {}

    /** The value of {@code future}; a failure of the store is thrown as what it was. */
    static <T> T await(CompletableFuture<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable cause = e;
            while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                    && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IOException(
                    "Cannot go on training: the parameter store failed (" + cause.getMessage()
                            + "), expected it to answer; see the logs of the parameter servers",
                    cause);
        }
    }
}
