// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalParameterStoreTest {
    private static final ParameterTable TABLE = new ParameterTable(
            List.of(new ParameterSpec("a", Shape.of(2), 1, 1), new ParameterSpec("b", Shape.of(3), 0.5, 0)));
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final LocalParameterStore store = new LocalParameterStore(settings(2), blobs, null);

    private static SyncSettings settings(int maximumSkips) {
        Optimiser optimiser = new Optimiser(new Sgd(0.5), LearningRate.constant(0.5), 0, 0);
        return new SyncSettings(2, DType.FLOAT32, DType.FLOAT32, maximumSkips, 64, optimiser);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static void initialise(LocalParameterStore store) {
        assertThat(store.initialise(
                                TABLE, List.of(Tensor.of(new float[] {1, 2}, 2), Tensor.of(new float[] {3, 4, 5}, 3)))
                        .join())
                .isZero();
    }

    private static CompletableFuture<StepOutcome> contribute(
            LocalParameterStore store, long step, int worker, long samples, float value) {
        for (int parameter = 1; parameter >= 0; parameter--) {
            float[] gradient = new float[parameter == 0 ? 2 : 3];
            Arrays.fill(gradient, value);
            store.push(new Push(step, worker, 0, parameter, samples, 1), Tensor.of(gradient, gradient.length))
                    .join();
        }
        return store.finish(new StepReport(step, worker, 0, samples, value, Float.isFinite(value)));
    }

    private static void step(LocalParameterStore store, long step) {
        CompletableFuture<StepOutcome> first = contribute(store, step, 0, 1, 1);
        assertThat(contribute(store, step, 1, 1, 3).join()).isEqualTo(first.join());
    }

    private static float[] pull(LocalParameterStore store, int parameter, long version) {
        Tensor into = Tensor.zeros(DType.FLOAT32, TABLE.specs().get(parameter).shape());
        store.pull(parameter, version, into).join();
        return into.toFloats();
    }

    @Test
    void averagesBySamplesAndAppliesEachParametersOwnRate() {
        initialise(store);
        CompletableFuture<StepOutcome> second = contribute(store, 0, 1, 3, 4);
        StepOutcome outcome = contribute(store, 0, 0, 1, 0).join();
        assertThat(second.join()).isEqualTo(outcome);
        assertThat(outcome.decision()).isEqualTo(Decision.APPLY);
        assertThat(outcome.samples()).isEqualTo(4);
        assertThat(outcome.lossSum()).isEqualTo(4);
        assertThat(outcome.gradientNorm()).isEqualTo(Math.sqrt(5 * 9));
        assertThat(pull(store, 0, 1)).containsExactly(-0.5f, 0.5f);
        assertThat(pull(store, 1, 1)).containsExactly(2.25f, 3.25f, 4.25f);
    }

    @Test
    void skippedStepPublishesUnchangedWeightsAndTooManyEndTheJob() {
        initialise(store);
        CompletableFuture<StepOutcome> first = contribute(store, 0, 0, 1, Float.NaN);
        assertThat(contribute(store, 0, 1, 1, 1).join().decision()).isEqualTo(Decision.SKIP);
        assertThat(first.join().gradientNorm()).isNaN();
        assertThat(pull(store, 0, 1)).containsExactly(1, 2);
        CompletableFuture<Long> parked = store.pull(0, 2, Tensor.zeros(DType.FLOAT32, Shape.of(2)));
        CompletableFuture<StepOutcome> early = contribute(store, 1, 0, 1, Float.POSITIVE_INFINITY);
        CompletableFuture<StepOutcome> last = contribute(store, 1, 1, 1, 1);
        assertThatThrownBy(early::join).hasMessageContaining("skippedInARow=2");
        assertThatThrownBy(last::join).hasMessageContaining("skippedInARow=2").hasMessageContaining("not finite");
        assertThatThrownBy(parked::join).hasMessageContaining("howdah.sync.max.skipped.steps");
    }

    @Test
    void finishWithoutEveryParameterNamesTheMissingOne() {
        initialise(store);
        store.push(new Push(0, 0, 0, 0, 1, 1), Tensor.of(new float[] {1, 1}, 2)).join();
        assertThatThrownBy(
                        () -> store.finish(new StepReport(0, 0, 0, 1, 1, true)).join())
                .hasMessageContaining("without parameter b");
    }

    @Test
    void snapshotGoesOnWithTheSameBits() throws Exception {
        initialise(store);
        step(store, 0);
        assertThat(store.snapshot(1, "step-1").join())
                .singleElement()
                .satisfies(blob -> assertThat(blob.name()).isEqualTo("server-00000-of-00001.safetensors"));
        var written = store.snapshot(1, "step-1").join();
        blobs.commit("step-1");
        step(store, 1);

        try (LocalParameterStore resumed =
                new LocalParameterStore(settings(2), blobs, new SnapshotSource("step-1", written))) {
            assertThat(resumed.initialise(TABLE, null).join()).isEqualTo(1);
            step(resumed, 1);
            assertThat(pull(resumed, 0, 2)).containsExactly(pull(store, 0, 2));
            assertThat(pull(resumed, 1, 2)).containsExactly(pull(store, 1, 2));
        }
        blobs.corrupt("step-1", written.get(0).name(), (int) written.get(0).bytes() - 1);
        try (LocalParameterStore damaged =
                new LocalParameterStore(settings(2), blobs, new SnapshotSource("step-1", written))) {
            assertThatThrownBy(() -> damaged.initialise(TABLE, null).join()).hasMessageContaining("crc32c");
        }
    }

    @Test
    void closedStoreFailsWhatWaits() {
        CompletableFuture<Long> waiting = store.initialise(TABLE, null);
        store.close();
        assertThatThrownBy(waiting::join).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.pull(0, 0, Tensor.zeros(DType.FLOAT32, Shape.of(2)))
                        .join())
                .hasMessageContaining("closed");
    }
}
