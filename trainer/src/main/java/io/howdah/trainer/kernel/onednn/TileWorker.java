// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/** What one thread of a team multiplies with. */
final class TileWorker implements AutoCloseable {
    private final dnnl_engine engine;
    private final dnnl_stream stream = new dnnl_stream();
    private final Scratchpads scratchpads = new Scratchpads();
    private final Map<TileShape, TileKernel> kernels = new HashMap<>();

    TileWorker(dnnl_engine engine) {
        this.engine = engine;
        OneDnn.check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "create a stream");
    }

    /** The kernel of a shape; null where oneDNN has no fast one for this processor. */
    @Nullable
    TileKernel find(TileShape shape) {
        TileKernel known = kernels.get(shape);
        if (known == null) {
            known = TileKernel.create(engine, shape);
            if (known != null) {
                kernels.put(shape, known);
            }
        }
        return known;
    }

    /** The kernel of a shape that another thread has found. */
    TileKernel kernel(TileShape shape) {
        TileKernel kernel = find(shape);
        if (kernel == null) {
            throw new IllegalStateException("Cannot multiply: shape=" + shape
                    + ", expected oneDNN to know it on every thread; choose other products");
        }
        return kernel;
    }

    void pack(TileShape shape, Tensor plain, Tensor packed) {
        kernel(shape).pack(stream, scratchpads, plain, packed);
    }

    void run(TileShape shape, int variant, Tensor source, Tensor packed, Tensor target) {
        kernel(shape).run(stream, scratchpads, variant, source, packed, target);
    }

    @Override
    public void close() {
        kernels.values().forEach(TileKernel::close);
        kernels.clear();
        scratchpads.close();
        dnnl_stream_destroy(stream);
    }
}
