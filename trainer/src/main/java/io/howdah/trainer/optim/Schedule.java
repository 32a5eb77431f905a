// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Course of a learning rate: a factor of the base rate for every step. A pure function of the step, so that servers agree on
 * it without talking. Values are those of PyTorch's schedulers.
 */
@FunctionalInterface
public interface Schedule {
    /** The factor of step {@code step}, from 0. */
    double factor(long step);
}
