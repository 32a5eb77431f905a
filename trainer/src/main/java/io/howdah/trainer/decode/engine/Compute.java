// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.kernel.rows.Team;
import io.howdah.trainer.model.lm.LinearWeights;
import io.howdah.trainer.tensor.DType;

/**
 * What a decoder and its heads compute with: the kernels, the threads, the dtype of the weights. Used by one thread, which
 * closes it after everything that was made with it.
 */
public final class Compute implements AutoCloseable {
    private final RowKernels kernels;
    private final Team team;
    private final DType dtype;

    /**
     * @param kernels all give the same bits
     * @param threads with the calling one
     * @param dtype of weights, FLOAT32 or BFLOAT16; everything else is float32
     */
    public Compute(RowKernels kernels, int threads, DType dtype) {
        if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
            throw new IllegalArgumentException(
                    "Cannot decode: dtype=" + dtype + ", expected float32 or bfloat16; choose one of them");
        }
        this.kernels = kernels;
        this.dtype = dtype;
        this.team = new Team(threads);
    }

    /** With the fastest kernels of this JVM. */
    public static Compute of(int threads, DType dtype) {
        return new Compute(RowKernels.best(), threads, dtype);
    }

    /** Lays the weights of a linear layer out for products with rows; later changes of the tensors are not seen. */
    public PackedLinear pack(LinearWeights weights) {
        return new PackedLinear(this, weights);
    }

    /** Dtype of weights. */
    public DType dtype() {
        return dtype;
    }

    public int threads() {
        return team.size();
    }

    RowKernels kernels() {
        return kernels;
    }

    Team team() {
        return team;
    }

    @Override
    public void close() {
        team.close();
    }
}
