// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of the tensors that layers hand to one another. */
@ExtendWith(InStepScope.class)
class SequentialTest {
    private static final long WIDTH = 64;
    private static final long BLOCK = WIDTH * WIDTH * 4;

    /** A layer that can be asked for what it returned last. */
    private static final class Remembering extends Layer {
        private final UnaryOperator<Tensor> kept;
        private @Nullable Tensor last;

        Remembering(UnaryOperator<Tensor> kept) {
            this.kept = kept;
        }

        @Override
        protected Tensor compute(Tensor x) {
            Tensor result = kept.apply(Functions.sigmoid(x));
            last = result;
            return result;
        }

        Tensor last() {
            return Objects.requireNonNull(last);
        }
    }

    private static Tensor input() {
        return Initialisation.normal(new Philox(1, 0), WIDTH, WIDTH);
    }

    private static Linear linear(long stream) {
        return new Linear(WIDTH, WIDTH, new Philox(2, stream));
    }

    @Test
    void leavesTheLastResultAloneWhereNothingIsRecorded() {
        Layer layers = new Sequential(linear(0), Activation.relu(), linear(1), Activation.relu(), linear(2));
        Tensor x = input();
        try (GradMode.Scope quiet = GradMode.noGrad()) {
            layers.forward(x);
            Garbage.collect();
            long before = Garbage.unreleasedBytes();
            Tensor result = layers.forward(x);
            assertThat(Garbage.unreleasedBytes() - before).isEqualTo(BLOCK);
            assertThat(result.isReleased()).isFalse();
            assertThat(x.isReleased()).isFalse();
        }
        layers.close();
    }

    @Test
    void leavesWhatTheGraphHasSavedToTheGraph() {
        Layer layers = new Sequential(linear(0), Activation.relu(), linear(1), Activation.relu());
        Tensor x = input();
        layers.forward(x);
        Garbage.collect();
        long before = Garbage.unreleasedBytes();
        Tensor result = layers.forward(x);
        // The results of both rectifiers; those of the products are not needed again.
        assertThat(Garbage.unreleasedBytes() - before).isEqualTo(2 * BLOCK);
        Autograd.backward(Reductions.sum(result));
        layers.parameters()
                .forEach((name, tensor) -> assertThat(tensor.grad()).as(name).isNotNull());
        layers.close();
    }

    @Test
    void viewsOfTheInputOrOfAResultAreNoReasonToFreeEither() {
        Layer layers = new Sequential(new Flatten(), linear(0), new Flatten(), new Dropout(0.5), Activation.relu());
        layers.evaluate();
        Tensor x = input();
        Tensor once = layers.forward(x);
        assertThat(layers.forward(x).toFloats()).containsExactly(once.toFloats());
        layers.close();
    }

    @Test
    void aLayerKeepsWhatItWantsToFindLater() {
        Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, WIDTH));
        Remembering keeping = new Remembering(Tensor::keep);
        Remembering forgetting = new Remembering(tensor -> tensor);
        Layer layers = new Sequential(keeping, forgetting, linear(0));
        try (GradMode.Scope quiet = GradMode.noGrad()) {
            layers.forward(x);
        }
        assertThat(keeping.last().toFloats()).containsOnly(0.5f);
        assertThatThrownBy(() -> forgetting.last().toFloats()).hasMessageContaining("released");
        keeping.last().close();
        layers.close();
    }
}
