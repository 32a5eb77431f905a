// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.nn.functional.DropoutFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A block that normalises before each branch: h = x + attention(norm1(x)), y = h + feedForward(norm2(h)); [N, T, E] to the
 * same (Vaswani et al. 2017; the order is that of Radford et al., “Language models are unsupervised multitask learners”,
 * 2019). Names are those of PyTorch's TransformerEncoderLayer: {@code self_attn}, {@code linear1}, {@code linear2}, {@code
 * norm1}, {@code norm2}. With SwiGLU, {@code linear1} [2·F, E] gives gates before values.
 */
public final class TransformerBlock extends Layer {
    private final TransformerSettings settings;
    private final Layer firstNorm;
    private final MultiHeadAttention attention;
    private final Layer secondNorm;
    private final Linear up;
    private final Linear down;

    public TransformerBlock(TransformerSettings settings, Philox random) {
        this.settings = settings;
        long width = settings.attention().width();
        boolean gated = settings.feedForward() == TransformerSettings.FeedForward.SWIGLU;
        Bias bias = settings.attention().bias();
        this.firstNorm = child("norm1", norm(settings));
        this.attention = child("self_attn", new MultiHeadAttention(settings.attention(), random));
        this.secondNorm = child("norm2", norm(settings));
        this.up = child("linear1", new Linear(width, (gated ? 2 : 1) * settings.hidden(), bias, random));
        this.down = child("linear2", new Linear(settings.hidden(), width, bias, random));
    }

    private static Layer norm(TransformerSettings settings) {
        long width = settings.attention().width();
        return switch (settings.norm()) {
            case LAYER -> new LayerNorm(Shape.of(width), settings.epsilon(), Affine.WEIGHT_AND_BIAS);
            case RMS -> new RmsNorm(width, settings.epsilon());
        };
    }

    /** @param mask as {@link MultiHeadAttention#forward(Tensor, Tensor)} takes it */
    public Tensor forward(Tensor x, @Nullable Tensor mask) {
        Tensor result;
        try {
            result = run(x, mask);
        } catch (IllegalArgumentException e) {
            throw LayerException.of(this, x, expected(), e);
        }
        returns(result);
        return result;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return run(x, null);
    }

    private Tensor run(Tensor x, @Nullable Tensor mask) {
        return Composite.of(() -> {
            Tensor attended = Arithmetic.add(x, dropped(attention.forward(firstNorm.forward(x), mask)));
            Tensor hidden = dropped(activated(up.forward(secondNorm.forward(attended))));
            return Arithmetic.add(attended, dropped(down.forward(hidden)));
        });
    }

    private Tensor activated(Tensor x) {
        return switch (settings.feedForward()) {
            case RELU -> ActivationFunctions.relu(x);
            case GELU -> ActivationFunctions.gelu(x);
            case GELU_TANH -> ActivationFunctions.geluTanh(x);
            case SWIGLU -> ActivationFunctions.swiGlu(x);
        };
    }

    private Tensor dropped(Tensor x) {
        return settings.dropout() == 0 ? x : DropoutFunctions.dropout(x, settings.dropout(), mode());
    }

    @Override
    protected String expected() {
        return "[N, T, " + settings.attention().width() + "]";
    }

    @Override
    protected String describe() {
        return "feedForward=" + settings.feedForward() + ", norm=" + settings.norm()
                + (settings.dropout() == 0 ? "" : ", dropout=" + settings.dropout());
    }
}
