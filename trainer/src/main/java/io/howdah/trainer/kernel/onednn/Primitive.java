// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** A compiled primitive with its memory objects, whose addresses are set before each run. For one thread. */
final class Primitive implements AutoCloseable {
    private final dnnl_primitive primitive;
    private final dnnl_memory[] memories;
    private final dnnl_exec_arg_t arguments;
    private final long scratchpadBytes;
    private final Address address = new Address();

    private Primitive(
            dnnl_primitive primitive, dnnl_memory[] memories, dnnl_exec_arg_t arguments, long scratchpadBytes) {
        this.primitive = primitive;
        this.memories = memories;
        this.arguments = arguments;
        this.scratchpadBytes = scratchpadBytes;
    }

    /** A pointer to memory that javacpp does not own. */
    private static final class Address extends Pointer {
        Address at(long newAddress) {
            this.address = newAddress;
            return this;
        }
    }

    /** The primitive of {@code recipe}, or null where oneDNN has none but its slow reference. */
    static @Nullable Primitive create(dnnl_engine engine, Recipe recipe) {
        dnnl_memory_desc[] descriptors =
                recipe.layouts().stream().map(Layout::descriptor).toArray(dnnl_memory_desc[]::new);
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        OneDnn.check(dnnl_primitive_attr_create(attributes), "create attributes");
        // Library scratchpads would tie a primitive to its thread and escape the pool's budget.
        OneDnn.check(
                dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "set scratchpad mode");
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        int status = recipe.family().describe(description, recipe, new Family.Parts(engine, descriptors, attributes));
        Primitive result = null;
        if (status == dnnl_success) {
            if (!implementation(description).startsWith("ref")) {
                result = build(engine, recipe, description, descriptors);
            }
            dnnl_primitive_desc_destroy(description);
        }
        dnnl_primitive_attr_destroy(attributes);
        for (dnnl_memory_desc descriptor : descriptors) {
            dnnl_memory_desc_destroy(descriptor);
        }
        return result;
    }

    private static Primitive build(
            dnnl_engine engine, Recipe recipe, dnnl_primitive_desc description, dnnl_memory_desc[] descriptors) {
        dnnl_primitive primitive = new dnnl_primitive();
        OneDnn.check(dnnl_primitive_create(primitive, description), "create a primitive");
        int[] numbers = recipe.family().arguments();
        dnnl_memory_desc scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
        dnnl_memory[] memories = new dnnl_memory[numbers.length + 1];
        dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(memories.length);
        for (int i = 0; i < memories.length; i++) {
            boolean operand = i < numbers.length;
            memories[i] = new dnnl_memory();
            OneDnn.check(
                    dnnl_memory_create(memories[i], operand ? descriptors[i] : scratchpad, engine, new Address()),
                    "create a memory object");
            arguments
                    .getPointer(i)
                    .arg(operand ? numbers[i] : DNNL_ARG_SCRATCHPAD)
                    .memory(memories[i]);
        }
        return new Primitive(primitive, memories, arguments, dnnl_memory_desc_get_size(scratchpad));
    }

    private static String implementation(dnnl_primitive_desc description) {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            OneDnn.check(
                    dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, text),
                    "name the implementation");
            return text.get(BytePointer.class, 0).getString();
        }
    }

    /** Runs on operands that have the layouts of the recipe, in its order. */
    void run(dnnl_stream stream, Tensor... operands) {
        Tensor scratchpad = scratchpadBytes == 0 ? null : Tensor.empty(DType.UINT8, Shape.of(scratchpadBytes));
        try {
            for (int i = 0; i < operands.length; i++) {
                setAddress(i, operands[i].address());
            }
            setAddress(operands.length, scratchpad == null ? 0 : scratchpad.address());
            OneDnn.check(dnnl_primitive_execute(primitive, stream, memories.length, arguments), "run a primitive");
            OneDnn.check(dnnl_stream_wait(stream), "await a primitive");
        } finally {
            if (scratchpad != null) {
                scratchpad.close();
            }
            Arrays.stream(operands).forEach(Reference::reachabilityFence);
        }
    }

    private void setAddress(int index, long value) {
        OneDnn.check(dnnl_memory_set_data_handle(memories[index], address.at(value)), "set an address");
    }

    @Override
    public void close() {
        dnnl_primitive_destroy(primitive);
        for (dnnl_memory memory : memories) {
            dnnl_memory_destroy(memory);
        }
        arguments.close();
    }
}
