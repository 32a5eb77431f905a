// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** One parameter of three chunks on one server. */
final class WideModel {
    private static final int CHUNKS = 3;

    private WideModel() {}

    /** Loaded with random weights. */
    static ServedModel served(int chunkElements) {
        ParameterTable table = new ParameterTable(
                List.of(new ParameterSpec("wide", Shape.of((long) CHUNKS * chunkElements), 1, 1)), List.of());
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.01, 0);
        SyncSettings settings = new SyncSettings(1, DType.FLOAT32, DType.FLOAT32, 20, chunkElements, optimiser);
        ServedModel model = new ServedModel(table, settings, new ServerPlace(0, 1), ParameterShard::new);
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            model.shard().load(chunk, random(chunk, chunkElements));
        }
        return model;
    }

    private static ByteBuffer random(int seed, int elements) {
        Random random = new Random(seed);
        ByteBuffer bytes = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) random.nextGaussian());
        }
        return bytes.flip();
    }

    /** Moves all weights. */
    static void step(ParameterShard shard) {
        long step = shard.version();
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            ByteBuffer bytes = random(100 + chunk, shard.range().chunkSize(chunk));
            shard.add(new Contribution(step, 0, 0, chunk, 1, 1, DType.FLOAT32), new KeptBytes(bytes));
        }
        shard.apply(new StepOutcome(step, StepOutcome.Decision.APPLY, 1, 1, 1, 1, Double.NaN));
    }
}
