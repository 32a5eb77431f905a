// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.IntConsumer;

/** Tells the next token from one, with parameters that forward reads directly, one of them twice and one never. */
final class StagedModel extends Module implements TrainableModel {
    static final int TABLE = 0;
    static final int MATRIX = 1;
    static final int SHIFT = 2;
    static final int UNUSED = 3;

    private static final int TOKENS = 256;
    private static final int WIDTH = 8;

    private final Tensor table;
    private final Tensor matrix;
    private final Tensor shift;
    private final IntConsumer beforeUse;

    /** @param beforeUse told the index of each parameter before forward uses it, and of the unused one at the end */
    StagedModel(IntConsumer beforeUse) {
        Philox random = new Philox(7, 0);
        this.beforeUse = beforeUse;
        this.table = parameter("table", drawn(random, TOKENS, WIDTH));
        this.matrix = parameter("matrix", drawn(random, WIDTH, WIDTH));
        this.shift = parameter("shift", drawn(random, WIDTH));
        parameter("unused", drawn(random, WIDTH));
    }

    private static Tensor drawn(Philox random, long... sizes) {
        float[] values = new float[(int) Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.3 * random.nextGaussian());
        }
        return Tensor.of(values, sizes);
    }

    @Override
    public String name() {
        return "staged";
    }

    @Override
    public List<String> metrics() {
        return List.of("loss");
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Prediction predict(Batch batch) {
        Tensor tokens = batch.column("tokens");
        long length = tokens.size(1) - 1;
        Tensor targets = Views.reshape(Slices.narrow(tokens, 1, 1, length), -1);
        beforeUse.accept(TABLE);
        Tensor x = Lookup.embedding(table, Views.reshape(Slices.narrow(tokens, 1, 0, length), -1));
        beforeUse.accept(MATRIX);
        x = Matrices.matmul(x, Views.transpose(matrix, 0, 1));
        beforeUse.accept(SHIFT);
        x = Arithmetic.add(x, shift);
        Tensor logits = Matrices.matmul(x, Views.transpose(table, 0, 1));
        beforeUse.accept(UNUSED);
        return new Prediction(LossFunctions.crossEntropy(logits, targets, Losses.Reduction.NONE), logits, targets);
    }
}
