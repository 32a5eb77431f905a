// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.howdah.trainer.tensor.Tensor;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;

/** The stream and the most recently used primitives of one thread. */
final class PrimitiveCache implements Runner, AutoCloseable {
    private final dnnl_engine engine;
    private final int capacity;
    private final dnnl_stream stream = new dnnl_stream();
    private final Scratchpads scratchpads = new Scratchpads();
    private final Map<Recipe, Optional<Routine>> routines = new LinkedHashMap<>(16, 0.75f, true);

    PrimitiveCache(dnnl_engine engine, int capacity) {
        this.engine = engine;
        this.capacity = capacity;
        OneDnn.check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "create a stream");
    }

    @Override
    public boolean run(Recipe recipe, List<Tensor> operands) {
        Optional<Routine> routine = routines.get(recipe);
        if (routine == null) {
            routine = Optional.ofNullable(Routine.create(engine, recipe));
            routines.put(recipe, routine);
            if (routines.size() > capacity) {
                Iterator<Optional<Routine>> eldest = routines.values().iterator();
                eldest.next().ifPresent(Routine::close);
                eldest.remove();
            }
        }
        if (routine.isEmpty()) {
            return false;
        }
        routine.get().run(stream, scratchpads, operands);
        return true;
    }

    /** Number of recipes whose primitive, or lack of one, is known. */
    int size() {
        return routines.size();
    }

    /** Frees everything; called once its thread is gone. */
    @Override
    public void close() {
        routines.values().forEach(routine -> routine.ifPresent(Routine::close));
        routines.clear();
        scratchpads.close();
        dnnl_stream_destroy(stream);
    }
}
