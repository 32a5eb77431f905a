// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

/** Is told of every decided step, on the training thread. */
@FunctionalInterface
public interface StepListener {
    void onStep(StepProgress progress);
}
