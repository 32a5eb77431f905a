// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

/** A tensor did not fit the byte budget of its {@link MemoryPool}. */
public final class OutOfTensorMemoryError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfTensorMemoryError(String message) {
        super(message);
    }
}
