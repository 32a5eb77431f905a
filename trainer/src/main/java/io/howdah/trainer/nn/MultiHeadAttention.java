// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.nn.functional.AttentionFunctions;
import io.howdah.trainer.nn.functional.AttentionFunctions.Heads;
import io.howdah.trainer.nn.functional.AttentionFunctions.Rotation;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention of several heads: [N, T, E] to the same (Vaswani et al., “Attention Is All You Need”, 2017).
 *
 * <p>Queries, keys and values come from one product with {@code in_proj_weight}, [(H + 2·G)·D, E], with H heads of
 * queries before G of keys and G of values; {@code out_proj} joins the heads. Names and first values are those of
 * PyTorch's MultiheadAttention.
 */
public final class MultiHeadAttention extends Layer {
    private final AttentionSettings settings;
    private final Tensor projection;
    private final @Nullable Tensor projectionBias;
    private final @Nullable Rotation rotation;
    private final Linear joined;

    public MultiHeadAttention(AttentionSettings settings, Philox random) {
        this.settings = settings;
        Heads heads = settings.heads();
        long width = settings.width();
        long rows = (heads.queries() + 2 * heads.keys()) * settings.headWidth();
        this.projection = parameter("in_proj_weight", Initialisation.glorotUniform(random, rows, width));
        this.projectionBias =
                settings.bias() == Bias.LEARNT ? parameter("in_proj_bias", Initialisation.constant(0, rows)) : null;
        this.joined = child("out_proj", new Linear(width, width, settings.bias(), random));
        Tensor bias = joined.bias();
        if (bias != null) {
            Backends.current().fill(bias, 0);
        }
        this.rotation = settings.rotary() == null ? null : rotation(settings.rotary());
    }

    private Rotation rotation(AttentionSettings.Rotary rotary) {
        double[] frequencies = RotaryEmbedding.frequencies(Math.toIntExact(settings.headWidth()), rotary.base());
        RotaryEmbedding.Angles angles = RotaryEmbedding.angles(frequencies, rotary.positions(), DType.FLOAT32);
        derivedBuffer("rotary_cosines", angles.cosines());
        derivedBuffer("rotary_sines", angles.sines());
        return new Rotation(angles, rotary.pairs());
    }

    /**
     * @param mask broadcast to [N, H, T, T]: bool, where true takes part, or floating-point, added to the scores; or null
     */
    public Tensor forward(Tensor x, @Nullable Tensor mask) {
        Tensor result;
        try {
            result = attended(x, mask);
        } catch (IllegalArgumentException e) {
            throw LayerException.of(this, x, expected(), e);
        }
        returns(result);
        return result;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return attended(x, null);
    }

    private Tensor attended(Tensor x, @Nullable Tensor mask) {
        if (x.shape().rank() != 3) {
            throw new IllegalArgumentException("The positions are dimension 1.");
        }
        return Composite.of(() -> {
            Tensor projected = LinearFunctions.linear(x, projection, projectionBias);
            return joined.forward(
                    AttentionFunctions.selfAttention(projected, settings.heads(), rotation(x.size(1)), options(mask)));
        });
    }

    private AttentionOptions options(@Nullable Tensor mask) {
        AttentionOptions options = AttentionOptions.DEFAULT.withMask(mask);
        if (settings.causal()) {
            options = options.withCausal();
        }
        if (mode() == Mode.TRAINING && settings.dropout() > 0) {
            options = options.withDropout(settings.dropout());
        }
        return options;
    }

    private @Nullable Rotation rotation(long length) {
        AttentionSettings.Rotary rotary = settings.rotary();
        if (rotation == null || rotary == null || length == rotary.positions()) {
            return rotation;
        }
        if (length > rotary.positions()) {
            throw new IllegalArgumentException("There are angles for " + rotary.positions() + " positions.");
        }
        return new Rotation(rotation.angles().narrow(0, length), rotation.pairs());
    }

    @Override
    protected String expected() {
        AttentionSettings.Rotary rotary = settings.rotary();
        return "[N, T, " + settings.width() + "]" + (rotary == null ? "" : " with T of at most " + rotary.positions());
    }

    @Override
    protected String describe() {
        Heads heads = settings.heads();
        return "width=" + settings.width() + ", heads=" + heads.queries()
                + (heads.keys() == heads.queries() ? "" : ", keyHeads=" + heads.keys())
                + (settings.causal() ? ", causal" : "")
                + (settings.rotary() == null
                        ? ""
                        : ", rotary=" + settings.rotary().pairs())
                + (settings.dropout() == 0 ? "" : ", dropout=" + settings.dropout());
    }
}
