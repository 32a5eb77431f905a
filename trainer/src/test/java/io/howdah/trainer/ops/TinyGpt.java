// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A GPT with pre-normalisation (Radford et al., 2019) made of ops alone, to try them together. */
final class TinyGpt {
    private static final double EPSILON = 1e-5;

    private final Philox random;
    private final int width;
    private final int heads;
    private final double dropout;
    private final List<Tensor> parameters = new ArrayList<>();
    private final Tensor tokens;
    private final Tensor positions;
    private final List<Block> blocks = new ArrayList<>();
    private final Normalisation last;
    private final Tensor head;

    /**
     * How large the model is.
     *
     * @param vocabulary number of tokens
     * @param context longest sequence T
     * @param width D
     * @param layers number of blocks
     * @param heads number of heads, a divisor of D
     */
    record Sizes(int vocabulary, int context, int width, int layers, int heads) {}

    private record Normalisation(Tensor weight, Tensor bias) {
        Tensor of(Tensor x) {
            return RowNorms.layerNorm(x, weight.shape(), weight, bias, EPSILON);
        }
    }

    private record Linear(Tensor weight, Tensor bias) {
        Tensor of(Tensor x) {
            return Matrices.linear(x, weight, bias);
        }
    }

    private record Block(
            Normalisation first, Linear projections, Linear joined, Normalisation second, Linear up, Linear down) {}

    TinyGpt(Sizes sizes, double dropout, long seed) {
        this.random = new Philox(seed, 0);
        this.width = sizes.width();
        this.heads = sizes.heads();
        this.dropout = dropout;
        this.tokens = weight(sizes.vocabulary(), width);
        this.positions = weight(sizes.context(), width);
        for (int i = 0; i < sizes.layers(); i++) {
            blocks.add(new Block(
                    normalisation(),
                    linear(3 * width, width),
                    linear(width, width),
                    normalisation(),
                    linear(4 * width, width),
                    linear(width, 4 * width)));
        }
        this.last = normalisation();
        this.head = weight(sizes.vocabulary(), width);
    }

    /** Mean loss of predicting {@code targets} from {@code ids}, both int64 [B, T]. */
    Tensor loss(Tensor ids, Tensor targets) {
        long length = ids.size(1);
        Tensor x = Arithmetic.add(Lookup.embedding(tokens, ids), Slices.narrow(positions, 0, 0, length));
        x = Dropouts.dropout(x, dropout, true);
        for (Block block : blocks) {
            x = Arithmetic.add(
                    x,
                    block.joined()
                            .of(attended(block.projections().of(block.first().of(x)))));
            Tensor hidden = Activations.gelu(block.up().of(block.second().of(x)));
            x = Arithmetic.add(x, Dropouts.dropout(block.down().of(hidden), dropout, true));
        }
        Tensor logits = Matrices.linear(last.of(x), head, null);
        Tensor rows = Views.reshape(logits, -1, logits.size(-1));
        return Losses.crossEntropy(rows, Views.reshape(targets, -1), Losses.Reduction.MEAN);
    }

    private Tensor attended(Tensor projections) {
        long batch = projections.size(0);
        long length = projections.size(1);
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Tensor part = Slices.narrow(projections, 2, (long) i * width, width);
            parts.add(Views.transpose(Views.reshape(part, batch, length, heads, width / heads), 1, 2));
        }
        Tensor mixed = Attention.scaledDotProduct(
                parts.get(0), parts.get(1), parts.get(2), AttentionOptions.DEFAULT.withCausal());
        return Views.reshape(Views.transpose(mixed, 1, 2), batch, length, width);
    }

    List<Tensor> parameters() {
        return parameters;
    }

    /** One step of gradient descent, after which no gradient is left. */
    void descend(double rate) {
        try (GradMode.Scope mode = GradMode.noGrad()) {
            for (Tensor parameter : parameters) {
                Tensor grad = Gradients.take(parameter);
                try (Tensor change = Arithmetic.multiply(grad, -rate)) {
                    Arithmetic.addInPlace(parameter, change);
                }
                grad.close();
            }
        }
    }

    private Normalisation normalisation() {
        Tensor weight = Tensor.empty(DType.FLOAT32, Shape.of(width));
        Copies.fillInPlace(weight, 1);
        return new Normalisation(parameter(weight), parameter(Tensor.zeros(DType.FLOAT32, Shape.of(width))));
    }

    private Linear linear(int out, int in) {
        return new Linear(weight(out, in), parameter(Tensor.zeros(DType.FLOAT32, Shape.of(out))));
    }

    private Tensor weight(long rows, long columns) {
        Tensor weight = Tensor.empty(DType.FLOAT32, Shape.of(rows, columns));
        Elements.forEach(weight, address -> Elements.put(DType.FLOAT32, address, 0.1 * random.nextGaussian()));
        return parameter(weight);
    }

    private Tensor parameter(Tensor tensor) {
        parameters.add(Autograd.parameter(tensor));
        return tensor;
    }
}
