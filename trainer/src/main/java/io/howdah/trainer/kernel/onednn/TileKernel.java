// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/**
 * y = x · w for M rows, [M, K] · [K, N], bfloat16 in and float32 out, for some numbers of rows M; all take weights in one
 * inner layout. For one thread.
 */
final class TileKernel implements AutoCloseable {
    /** Numbers of rows that there is a primitive for, made when it is first needed. */
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 48, 64};

    private final dnnl_engine engine;
    private final TileShape shape;
    private final dnnl_memory_desc weights;
    private final @Nullable Primitive[] byRows = new Primitive[ROWS.length];

    private TileKernel(dnnl_engine engine, TileShape shape, dnnl_memory_desc weights) {
        this.engine = engine;
        this.shape = shape;
        this.weights = weights;
    }

    /** Null where oneDNN has no fast product in bfloat16 for this processor. */
    static @Nullable TileKernel create(dnnl_engine engine, TileShape shape) {
        dnnl_memory_desc any = Layout.contiguous(DType.BFLOAT16, shape.inputs(), shape.outputs())
                .free()
                .descriptor();
        dnnl_primitive_desc description = describe(engine, shape, mostRows(), any);
        dnnl_memory_desc_destroy(any);
        if (description == null) {
            return null;
        }
        try {
            // Without instructions for it, bfloat16 is served by slow general code.
            if (!Routine.implementation(description).startsWith("brg")) {
                return null;
            }
            dnnl_memory_desc inner = new dnnl_memory_desc();
            OneDnn.check(
                    dnnl_memory_desc_clone(inner, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0)),
                    "copy a layout");
            return new TileKernel(engine, shape, inner);
        } finally {
            dnnl_primitive_desc_destroy(description);
        }
    }

    private static @Nullable dnnl_primitive_desc describe(
            dnnl_engine engine, TileShape shape, int rows, dnnl_memory_desc weights) {
        dnnl_memory_desc source =
                Layout.contiguous(DType.BFLOAT16, rows, shape.inputs()).descriptor();
        dnnl_memory_desc target =
                Layout.contiguous(DType.FLOAT32, rows, shape.outputs()).descriptor();
        dnnl_primitive_attr attributes = Draft.newAttributes();
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        int status = dnnl_matmul_primitive_desc_create(description, engine, source, weights, null, target, attributes);
        dnnl_primitive_attr_destroy(attributes);
        dnnl_memory_desc_destroy(source);
        dnnl_memory_desc_destroy(target);
        return status == dnnl_success ? description : null;
    }

    /** Most rows of one run. */
    static int mostRows() {
        return ROWS[ROWS.length - 1];
    }

    /** Number of the primitive for so many rows, or a few more. */
    static int variant(int rows) {
        int variant = 0;
        while (ROWS[variant] < rows) {
            variant++;
        }
        return variant;
    }

    static int variants() {
        return ROWS.length;
    }

    static int rows(int variant) {
        return ROWS[variant];
    }

    /** Memory of weights in the inner layout. */
    long weightBytes() {
        return dnnl_memory_desc_get_size(weights);
    }

    /** Brings weights [K, N], contiguous, into the inner layout. */
    void pack(dnnl_stream stream, Scratchpads scratchpads, Tensor plain, Tensor packed) {
        dnnl_memory_desc outer = Layout.contiguous(DType.BFLOAT16, shape.inputs(), shape.outputs())
                .descriptor();
        try (Primitive reorder = Primitive.reorder(engine, outer, weights)) {
            reorder.run(stream, scratchpads, plain, packed);
        } finally {
            dnnl_memory_desc_destroy(outer);
        }
    }

    void run(dnnl_stream stream, Scratchpads scratchpads, int variant, Tensor source, Tensor packed, Tensor target) {
        Primitive primitive = byRows[variant];
        if (primitive == null) {
            primitive = create(ROWS[variant]);
            byRows[variant] = primitive;
        }
        primitive.run(stream, scratchpads, source, packed, target);
    }

    private Primitive create(int rows) {
        dnnl_primitive_desc description = describe(engine, shape, rows, weights);
        if (description == null) {
            throw new IllegalStateException("Cannot multiply: rows=" + rows + " shape=" + shape
                    + ", expected oneDNN to know it; choose other products");
        }
        dnnl_memory_desc source =
                Layout.contiguous(DType.BFLOAT16, rows, shape.inputs()).descriptor();
        dnnl_memory_desc target =
                Layout.contiguous(DType.FLOAT32, rows, shape.outputs()).descriptor();
        try {
            return new Primitive(
                    engine,
                    description,
                    new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                    new dnnl_memory_desc[] {source, weights, target});
        } finally {
            dnnl_memory_desc_destroy(source);
            dnnl_memory_desc_destroy(target);
            dnnl_primitive_desc_destroy(description);
        }
    }

    @Override
    public void close() {
        for (Primitive primitive : byRows) {
            if (primitive != null) {
                primitive.close();
            }
        }
        dnnl_memory_desc_destroy(weights);
    }
}
