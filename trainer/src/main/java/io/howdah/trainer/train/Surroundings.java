// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.model.TrainableModel;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a training loop is given from outside.
 *
 * @param listeners told in this order
 * @param checkpoints writes checkpoints where this process leads; null for none
 * @param heldOut judges held-out data where this process leads; null for no evaluation
 * @param nanoClock {@link System#nanoTime} or a test's clock
 */
public record Surroundings(
        List<TrainingListener> listeners,
        @Nullable CheckpointWriter checkpoints,
        @Nullable HeldOut heldOut,
        LongSupplier nanoClock) {
    public Surroundings {
        listeners = List.copyOf(listeners);
    }

    /** Measures weights; {@link Evaluator} with a dataset. */
    @FunctionalInterface
    public interface HeldOut {
        Evaluation evaluate(TrainableModel model) throws IOException;
    }

    /** Tells all listeners, in order. */
    void tell(Event event) throws IOException {
        for (TrainingListener listener : listeners) {
            event.tell(listener);
        }
    }

    /** Something that listeners are told. */
    @FunctionalInterface
    interface Event {
        void tell(TrainingListener listener) throws IOException;
    }
}
