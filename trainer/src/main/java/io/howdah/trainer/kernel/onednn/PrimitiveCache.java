// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.howdah.trainer.tensor.Tensor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;

/** The stream and the most recently used primitives of one thread. */
final class PrimitiveCache implements AutoCloseable {
    private final dnnl_engine engine;
    private final int capacity;
    private final dnnl_stream stream = new dnnl_stream();
    private final Map<Recipe, Optional<Primitive>> primitives = new LinkedHashMap<>(16, 0.75f, true);

    PrimitiveCache(dnnl_engine engine, int capacity) {
        this.engine = engine;
        this.capacity = capacity;
        OneDnn.check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "create a stream");
    }

    /** Runs the primitive of {@code recipe}; false, with nothing done, where oneDNN has no fast one. */
    boolean run(Recipe recipe, Tensor... operands) {
        Optional<Primitive> primitive =
                primitives.computeIfAbsent(recipe, missing -> Optional.ofNullable(Primitive.create(engine, missing)));
        if (primitives.size() > capacity) {
            Iterator<Optional<Primitive>> eldest = primitives.values().iterator();
            eldest.next().ifPresent(Primitive::close);
            eldest.remove();
        }
        primitive.ifPresent(found -> found.run(stream, operands));
        return primitive.isPresent();
    }

    /** Number of recipes whose primitive, or lack of one, is known. */
    int size() {
        return primitives.size();
    }

    /** Frees everything; called once its thread is gone. */
    @Override
    public void close() {
        primitives.values().forEach(primitive -> primitive.ifPresent(Primitive::close));
        primitives.clear();
        dnnl_stream_destroy(stream);
    }
}
