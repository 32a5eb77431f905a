// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which of weight and bias a normalisation has; they are the operands behind its input. */
record WeightAndBias(boolean weighted, boolean biased) {
    static WeightAndBias of(@Nullable Tensor weight, @Nullable Tensor bias) {
        return new WeightAndBias(weight != null, bias != null);
    }

    /** Number of the bias among the operands. */
    int biasIndex() {
        return weighted ? 2 : 1;
    }

    /** Number of operands: input, and weight and bias where they are there. */
    int count() {
        return 1 + (weighted ? 1 : 0) + (biased ? 1 : 0);
    }

    @Nullable
    Tensor weight(ForwardCall<?> call) {
        return weighted ? call.input(1) : null;
    }

    @Nullable
    Tensor bias(ForwardCall<?> call) {
        return biased ? call.input(biasIndex()) : null;
    }

    @Nullable
    Tensor weight(BackwardCall<?> call) {
        return weighted ? call.input(1) : null;
    }

    /** Saves input and weight. */
    void save(ForwardCall<?> call) {
        call.saveInput(0);
        if (weighted) {
            call.saveInput(1);
        }
    }

    /** Those of input, weight, bias and further tensors that are there. */
    static Tensor[] operands(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, Tensor... further) {
        Tensor[] operands = new Tensor[WeightAndBias.of(weight, bias).count() + further.length];
        int count = 0;
        operands[count++] = x;
        if (weight != null) {
            operands[count++] = weight;
        }
        if (bias != null) {
            operands[count++] = bias;
        }
        System.arraycopy(further, 0, operands, count, further.length);
        return operands;
    }

    /** The result of an op that promotes its operands, in the dtype of the first one. */
    static Tensor inDtypeOfInput(Function<Tensor[], Tensor> op, Tensor... operands) {
        DType dtype = operands[0].dtype();
        return Promotion.common(operands, operands.length) == dtype
                ? op.apply(operands)
                : Composite.of(() -> Casts.to(op.apply(operands), dtype));
    }

    /** The dtype of moments: float64 for float64, else float32. */
    static DType ofMoments(DType input) {
        return input == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** Room for those gradients of input, weight and bias that are wanted. */
    record Gradients(
            @Nullable Tensor input,
            @Nullable Tensor weight,
            @Nullable Tensor bias) {}

    Gradients gradients(BackwardCall<?> call) {
        return room(call, empty(call, 0));
    }

    /** That of the input in its own memory order. */
    Gradients gradients(BackwardCall<?> call, Tensor x) {
        return room(call, call.needs(0) ? MemoryOrder.emptyAlike(x, x.dtype()) : null);
    }

    private Gradients room(BackwardCall<?> call, @Nullable Tensor input) {
        return new Gradients(input, weighted ? empty(call, 1) : null, biased ? empty(call, biasIndex()) : null);
    }

    private static @Nullable Tensor empty(BackwardCall<?> call, int input) {
        return call.needs(input) ? Tensor.empty(call.dtype(input), call.shape(input)) : null;
    }

    void give(BackwardCall<?> call, Gradients gradients) {
        give(call, 0, gradients.input());
        if (weighted) {
            give(call, 1, gradients.weight());
        }
        if (biased) {
            give(call, biasIndex(), gradients.bias());
        }
    }

    private static void give(BackwardCall<?> call, int input, @Nullable Tensor gradient) {
        if (gradient != null) {
            call.give(input, () -> gradient);
        }
    }
}
