// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.rows.RowProduct;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_engine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products of rows with bfloat16 weights by oneDNN, which on processors with matrix instructions take little longer for
 * sixteen rows than for one. Rows are rounded to bfloat16, sums are float32. On one kind of processor a row has the same
 * bits whatever other rows run with it, which is tried out for every shape; other kinds may give others.
 *
 * <p>oneDNN is to start no threads of its own beside the team's, between which it may divide sums: OMP_NUM_THREADS is to
 * be 1. Used by one thread, with the threads of its team.
 */
public final class TileProducts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TileProducts.class);

    /** Outputs of a part, at least: smaller ones take longer to start than to compute. */
    private static final int NARROWEST = 64;

    private static final int WIDEST = 512;
    private static final int STEP = 16;

    private final List<TileWorker> workers;
    private final List<Tensor> targets = new ArrayList<>();
    /** Of shapes that were tried out: whether every number of rows gives the same bits. */
    private final Map<TileShape, Boolean> steady = new HashMap<>();

    private @Nullable Tensor source;

    private TileProducts(dnnl_engine engine, int threads) {
        this.workers = IntStream.range(0, threads)
                .mapToObj(thread -> new TileWorker(engine))
                .toList();
    }

    /** For a team of so many threads; null where there is no oneDNN, or none that is fast in bfloat16. */
    public static @Nullable TileProducts load(int threads) {
        TileProducts products;
        try {
            products = new TileProducts(OneDnn.load().engine(), threads);
        } catch (LinkageError e) {
            return null;
        }
        if (products.workers.get(0).find(new TileShape(NARROWEST, NARROWEST)) == null) {
            products.close();
            return null;
        }
        return products;
    }

    /**
     * Lays weights out.
     *
     * @param weight [outputs, inputs], floating point, which is rounded to bfloat16
     * @param bias [outputs], or null
     * @return to be closed before this; null where the bits of a row would depend on the number of rows
     */
    public @Nullable RowProduct pack(Tensor weight, @Nullable Tensor bias) {
        int outputs = Math.toIntExact(weight.size(0));
        int inputs = Math.toIntExact(weight.size(1));
        TileShape shape = new TileShape(TileRows.padded(inputs), width(outputs));
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0; from < outputs; from += shape.outputs()) {
            parts.add(part(shape, weight, from));
        }
        reserve(shape);
        if (!steady.computeIfAbsent(shape, absent -> isSteady(shape, parts.get(0)))) {
            parts.forEach(Tensor::close);
            return null;
        }
        return new TileProduct(this, shape, parts, bias == null ? null : bias.toFloats(), inputs, outputs);
    }

    /** A part per thread, or as many more as keep parts small. */
    private int width(int outputs) {
        int threads = workers.size();
        int rounds = (outputs + threads * WIDEST - 1) / (threads * WIDEST);
        int parts = threads * rounds;
        int width = (outputs + parts - 1) / parts;
        return Math.max(NARROWEST, (width + STEP - 1) / STEP * STEP);
    }

    private Tensor part(TileShape shape, Tensor weight, int from) {
        TileWorker worker = workers.get(0);
        try (Tensor plain = TileRows.columns(weight, from, shape.outputs())) {
            Tensor packed = Tensor.zeros(
                            DType.UINT8, Shape.of(worker.kernel(shape).weightBytes()))
                    .keep();
            worker.pack(shape, plain, packed);
            return packed;
        }
    }

    /** Makes room for rows of this shape, on every thread. */
    private void reserve(TileShape shape) {
        long rows = TileKernel.mostRows();
        Tensor old = source;
        if (old == null || old.elements() < rows * shape.inputs()) {
            close(old);
            source = Tensor.zeros(DType.BFLOAT16, Shape.of(rows * shape.inputs()))
                    .keep();
        }
        if (targets.isEmpty() || targets.get(0).elements() < rows * shape.outputs()) {
            targets.forEach(Tensor::close);
            targets.clear();
            workers.forEach(worker -> targets.add(Tensor.zeros(DType.FLOAT32, Shape.of(rows * shape.outputs()))
                    .keep()));
        }
    }

    private boolean isSteady(TileShape shape, Tensor weights) {
        int most = TileKernel.mostRows();
        float[] x = new float[most * shape.inputs()];
        Philox random = new Philox(1, 0);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextDouble() - 0.5);
        }
        TileRows.write(x, 0, most, shape.inputs(), source(), 0);
        float[] expected = tried(shape, TileKernel.variants() - 1, weights);
        for (int variant = 0; variant < TileKernel.variants(); variant++) {
            float[] found = tried(shape, variant, weights);
            if (!Arrays.equals(found, Arrays.copyOf(expected, found.length))) {
                LOG.warn(
                        "oneDNN's products of {} and rows={} have other bits than those of more rows",
                        shape,
                        TileKernel.rows(variant));
                return false;
            }
        }
        return true;
    }

    private float[] tried(TileShape shape, int variant, Tensor weights) {
        Tensor target = target(0);
        workers.get(0).run(shape, variant, source(), weights, target);
        float[] found = new float[TileKernel.rows(variant) * shape.outputs()];
        Memory.copy(target.address(), found, 0, found.length);
        return found;
    }

    TileWorker worker(int thread) {
        return workers.get(thread);
    }

    /** Where rows are read from. */
    Tensor source() {
        Tensor present = source;
        if (present == null) {
            throw new IllegalStateException("no room was reserved");
        }
        return present;
    }

    /** Where a thread's results go. */
    Tensor target(int thread) {
        return targets.get(thread);
    }

    private static void close(@Nullable Tensor tensor) {
        if (tensor != null) {
            tensor.close();
        }
    }

    @Override
    public void close() {
        workers.forEach(TileWorker::close);
        targets.forEach(Tensor::close);
        targets.clear();
        close(source);
        source = null;
    }
}
