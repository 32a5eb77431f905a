// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forward goes on while weights are still on their way. */
class PullOverlapTest {
    private static final int STEPS = 4;

    private final InMemoryDataset dataset = SyntheticText.dataset(1, 64, 32);
    private HeldPulls store = store(DType.FLOAT32);
    private final List<List<Integer>> heldBeforeUse = new ArrayList<>();
    private IntConsumer beforeUse = parameter -> {};

    @AfterEach
    void close() {
        store.close();
        dataset.close();
    }

    private static SyncSettings sync(DType wire) {
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.01, 1);
        return new SyncSettings(1, DType.FLOAT32, wire, 20, 1 << 14, optimiser);
    }

    private static HeldPulls store(DType wire) {
        return new HeldPulls(new LocalParameterStore(sync(wire), new MemoryBlobStore(), null));
    }

    /** Trains; returns all parameters as the last checkpoint has them. */
    private List<float[]> train(DType wire, DType compute) throws IOException, InterruptedException {
        SyncSettings sync = sync(wire);
        TrainSettings settings = new TrainSettings(
                STEPS,
                4,
                1,
                5,
                new WorkerShare(1, List.of(0), 0),
                Precision.of(sync, compute),
                sync.optimiser().learningRate(),
                CheckpointSettings.AT_END,
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
        StagedModel model = new StagedModel(parameter -> beforeUse.accept(parameter));
        CheckpointWriter writer = new CheckpointWriter(new MemoryBlobStore(), store, Map.of(), Map.of());
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onStep(StepProgress step) {
                if (step.step() == STEPS) {
                    store.holds = false; // the last checkpoint's pulls
                }
            }
        };
        try {
            Surroundings surroundings = new Surroundings(List.of(listener), writer, null, () -> 0);
            new TrainingLoop(model, dataset, store, settings, surroundings).run(ResumePoint.start(1));
            return model.parameters().values().stream().map(Tensor::toFloats).toList();
        } finally {
            model.close();
        }
    }

    /** Answers each pull when forward comes to its parameter, and not before. */
    private void releaseLate() {
        beforeUse = parameter -> {
            heldBeforeUse.add(store.held());
            store.release(parameter);
        };
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, FLOAT32", "BFLOAT16, FLOAT32", "BFLOAT16, BFLOAT16", "FLOAT32, BFLOAT16"})
    void layersRunWhileLaterWeightsAreOnTheirWayWithTheSameBits(DType wire, DType compute) throws Exception {
        store.close();
        store = store(wire);
        store.holds = false;
        List<float[]> prompt = train(wire, compute);
        store.close();

        store = store(wire);
        releaseLate();
        List<float[]> late = train(wire, compute);

        assertThat(late).usingRecursiveComparison().isEqualTo(prompt);
        List<List<Integer>> eachStep = List.of(List.of(0, 1, 2, 3), List.of(1, 2, 3), List.of(2, 3), List.of(3));
        for (int step = 0; step < STEPS; step++) {
            assertThat(heldBeforeUse.subList(4 * step, 4 * step + 4)).isEqualTo(eachStep);
        }
    }

    @Test
    void allWeightsAreAskedForInForwardOrderOnceAVersion() throws Exception {
        releaseLate();
        train(DType.FLOAT32, DType.FLOAT32);
        List<String> expected = new ArrayList<>();
        for (int version = 0; version <= STEPS; version++) {
            for (int parameter = 0; parameter < 4; parameter++) {
                expected.add(version + "/" + parameter);
            }
        }
        assertThat(store.asked).isEqualTo(expected);
    }

    @Test
    void aPullThatFailsInForwardIsTheStoresFailure() {
        beforeUse = parameter -> {
            if (parameter == StagedModel.SHIFT) {
                store.fail(parameter, new IllegalStateException("server 3 is lost"));
                store.releaseAll();
            } else {
                store.release(parameter);
            }
        };
        assertThatThrownBy(() -> train(DType.FLOAT32, DType.FLOAT32))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot go on training: the parameter store failed (server 3 is lost)");
    }

    @Test
    void aPullThatForwardDoesWithoutFailsTheStepToo() {
        beforeUse = parameter -> {
            if (parameter == StagedModel.UNUSED) {
                store.fail(parameter, new IllegalStateException("server 3 is lost"));
            } else {
                store.release(parameter);
            }
        };
        assertThatThrownBy(() -> train(DType.FLOAT32, DType.FLOAT32))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("server 3 is lost");
        assertThat(store.reports).isZero();
    }

    @Test
    void anotherFailureInForwardWaitsUntilTheStoreWritesNoMore() throws Exception {
        Thread late = new Thread(store::releaseAll);
        beforeUse = parameter -> {
            store.release(parameter);
            if (parameter == StagedModel.MATRIX) {
                late.start();
                throw new IllegalStateException("user code");
            }
        };
        assertThatThrownBy(() -> train(DType.FLOAT32, DType.FLOAT32)).hasMessage("user code");
        assertThat(store.held()).isEmpty();
        late.join();
    }

    @Test
    void anInterruptedWaitInForwardIsAnInterruption() {
        beforeUse = parameter -> {
            if (parameter == StagedModel.SHIFT) {
                Thread.currentThread().interrupt();
            } else {
                store.release(parameter);
            }
        };
        assertThatThrownBy(() -> train(DType.FLOAT32, DType.FLOAT32)).isInstanceOf(InterruptedException.class);
    }
}
