// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainableModelTest {
    /** Remembers the scores that it has given. */
    private static final class Scoring implements TrainableModel {
        private final List<Tensor> scores = new ArrayList<>();

        @Override
        public String name() {
            return "scoring";
        }

        @Override
        public Module module() {
            throw new UnsupportedOperationException("nobody asks for it");
        }

        @Override
        public Prediction predict(Batch batch) {
            Tensor given = Tensor.zeros(DType.FLOAT32, Shape.of(3));
            scores.add(given);
            return new Prediction(Arithmetic.multiply(given, 2.0), given, given);
        }

        @Override
        public List<String> metrics() {
            return List.of();
        }
    }

    @Test
    void trainingLetsGoOfScores() {
        Scoring model = new Scoring();
        try (StepScope scope = StepScope.open()) {
            Tensor losses = model.losses(new Batch(3, Map.of()));
            assertThat(losses.toFloats()).containsExactly(0, 0, 0);
            assertThat(model.scores.get(0).isReleased()).isTrue();
            assertThat(model.predict(new Batch(3, Map.of())).scores().isReleased())
                    .isFalse();
        }
    }
}
