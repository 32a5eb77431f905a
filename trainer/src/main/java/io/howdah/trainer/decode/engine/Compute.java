// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.onednn.TileProducts;
import io.howdah.trainer.kernel.rows.PackedWeights;
import io.howdah.trainer.kernel.rows.PanelProduct;
import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.kernel.rows.RowProduct;
import io.howdah.trainer.kernel.threads.Team;
import io.howdah.trainer.model.lm.LinearWeights;
import io.howdah.trainer.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a decoder and its heads compute with: the kernels, the threads, the dtype of the weights. Used by one thread, which
 * closes it after everything that was made with it.
 */
public final class Compute implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Compute.class);

    private final RowKernels kernels;
    private final Team team;
    private final DType dtype;
    private final @Nullable TileProducts tiles;
    private final List<RowProduct> packed = new ArrayList<>();

    /**
     * @param kernels all give the same bits
     * @param threads with the calling one
     * @param dtype of weights, FLOAT32 or BFLOAT16; everything else is float32
     */
    public Compute(RowKernels kernels, int threads, DType dtype) {
        this(kernels, threads, dtype, null);
    }

    private Compute(RowKernels kernels, int threads, DType dtype, @Nullable TileProducts tiles) {
        if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16) {
            throw new IllegalArgumentException(
                    "Cannot decode: dtype=" + dtype + ", expected float32 or bfloat16; choose one of them");
        }
        this.kernels = kernels;
        this.dtype = dtype;
        this.tiles = tiles;
        this.team = new Team(threads);
    }

    /** With the fastest kernels of this JVM. */
    public static Compute of(int threads, DType dtype) {
        return new Compute(RowKernels.best(), threads, dtype);
    }

    /**
     * With the fastest kernels of this JVM, and products of a kind, or by vectors where this processor has no others.
     * oneDNN's want OMP_NUM_THREADS to be 1 in the process's environment: its own threads would get in the way.
     *
     * @throws IllegalArgumentException for oneDNN's products in another dtype than BFLOAT16
     */
    public static Compute of(int threads, DType dtype, Products products) {
        if (products == Products.VECTOR) {
            return of(threads, dtype);
        }
        if (dtype != DType.BFLOAT16) {
            throw new IllegalArgumentException("Cannot decode: products=" + products.text() + " dtype=" + dtype
                    + ", expected bfloat16, in which alone they are faster; choose it, or products of vectors");
        }
        TileProducts tiles = TileProducts.load(threads);
        LOG.info(
                "Products of decoding: {}",
                tiles == null ? "vector instructions, since oneDNN has no fast ones in bfloat16 here" : "oneDNN");
        return new Compute(RowKernels.best(), threads, dtype, tiles);
    }

    /** Lays the weights of a linear layer out for products with rows; later changes of the tensors are not seen. */
    public PackedLinear pack(LinearWeights weights) {
        RowProduct product = tiles == null ? null : tiles.pack(weights.weight(), weights.bias());
        if (product == null) {
            product = new PanelProduct(kernels, PackedWeights.of(weights.weight(), weights.bias(), dtype));
        }
        packed.add(product);
        return new PackedLinear(team, product);
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
        packed.forEach(RowProduct::close);
        packed.clear();
        if (tiles != null) {
            tiles.close();
        }
    }
}
