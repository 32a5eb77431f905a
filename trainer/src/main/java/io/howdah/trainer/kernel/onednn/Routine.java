// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_exec_arg_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one recipe has become: a primitive, and reorders for those operands whose inner layout oneDNN chose. */
final class Routine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Routine.class);

    private final Primitive primitive;
    private final @Nullable Staging[] stagings;

    /** How one operand gets into or out of the inner layout. */
    private record Staging(Primitive reorder, long bytes, boolean written) {}

    private Routine(Primitive primitive, @Nullable Staging[] stagings) {
        this.primitive = primitive;
        this.stagings = stagings;
    }

    /** The routine of {@code recipe}, or null where oneDNN has none but its slow reference. */
    static @Nullable Routine create(dnnl_engine engine, Recipe recipe) {
        try (Draft draft = new Draft(engine, recipe)) {
            dnnl_primitive_desc description = new dnnl_primitive_desc();
            if (recipe.family().describe(description, draft) != dnnl_success) {
                LOG.debug("oneDNN has no primitive for {}", recipe);
                return null;
            }
            try {
                String implementation = implementation(description);
                boolean fast = isFast(implementation);
                LOG.debug("oneDNN {} {} for {}", fast ? "takes" : "has only", implementation, recipe);
                return fast ? build(engine, recipe, description, draft) : null;
            } finally {
                dnnl_primitive_desc_destroy(description);
            }
        }
    }

    /** Whether an implementation of this name is more than oneDNN's scalar reference; “simple:any” is that of reorder. */
    static boolean isFast(String implementation) {
        return !implementation.startsWith("ref")
                && !implementation.startsWith("gemm:ref")
                && !implementation.equals("simple:any");
    }

    private static Routine build(dnnl_engine engine, Recipe recipe, dnnl_primitive_desc description, Draft draft) {
        List<Recipe.Slot> slots = recipe.slots();
        int[] numbers = slots.stream().mapToInt(Recipe.Slot::argument).toArray();
        dnnl_memory_desc[] descriptors = new dnnl_memory_desc[numbers.length];
        @Nullable Staging[] stagings = new Staging[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            descriptors[i] = draft.memory(numbers[i]);
            if (slots.get(i).layout().isFree()) {
                descriptors[i] = dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, numbers[i]);
                stagings[i] = staging(engine, slots.get(i), descriptors[i]);
            }
        }
        return new Routine(new Primitive(engine, description, numbers, descriptors), stagings);
    }

    private static @Nullable Staging staging(dnnl_engine engine, Recipe.Slot slot, dnnl_memory_desc inner) {
        dnnl_memory_desc outer = slot.layout().outerDescriptor();
        try {
            if (dnnl_memory_desc_equal(inner, outer) != 0) {
                return null;
            }
            Primitive reorder =
                    slot.written() ? Primitive.reorder(engine, inner, outer) : Primitive.reorder(engine, outer, inner);
            return new Staging(reorder, dnnl_memory_desc_get_size(inner), slot.written());
        } finally {
            dnnl_memory_desc_destroy(outer);
        }
    }

    static String implementation(dnnl_primitive_desc description) {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            OneDnn.check(
                    dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, text),
                    "name the implementation");
            return text.get(BytePointer.class, 0).getString();
        }
    }

    /** Runs on operands that have the outer layouts of the recipe, in its order. */
    void run(dnnl_stream stream, Scratchpads scratchpads, List<Tensor> operands) {
        Tensor[] inner = operands.toArray(Tensor[]::new);
        try {
            for (int i = 0; i < inner.length; i++) {
                Staging staging = stagings[i];
                if (staging != null) {
                    inner[i] = scratchpads.take(staging.bytes);
                    if (!staging.written) {
                        staging.reorder.run(stream, scratchpads, operands.get(i), inner[i]);
                    }
                }
            }
            primitive.run(stream, scratchpads, inner);
            for (int i = 0; i < inner.length; i++) {
                Staging staging = stagings[i];
                if (staging != null && staging.written) {
                    staging.reorder.run(stream, scratchpads, inner[i], operands.get(i));
                }
            }
        } finally {
            for (int i = 0; i < inner.length; i++) {
                if (inner[i] != operands.get(i)) {
                    scratchpads.giveBack(inner[i]);
                }
            }
        }
    }

    @Override
    public void close() {
        primitive.close();
        for (Staging staging : stagings) {
            if (staging != null) {
                staging.reorder.close();
            }
        }
    }
}
