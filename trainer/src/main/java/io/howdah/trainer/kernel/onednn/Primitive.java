// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;

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
import org.bytedeco.javacpp.Pointer;

/** A compiled primitive with its memory objects, whose addresses are set before each run. For one thread. */
final class Primitive implements AutoCloseable {
    private final dnnl_primitive primitive;
    private final dnnl_memory[] memories;
    private final long[] addresses;
    private final dnnl_exec_arg_t arguments;
    private final long scratchpadBytes;
    private final Address address = new Address();

    /** A pointer to memory that javacpp does not own. */
    private static final class Address extends Pointer {
        Address at(long newAddress) {
            this.address = newAddress;
            return this;
        }
    }

    /**
     * @param numbers oneDNN's numbers of the operands
     * @param descriptors their descriptors
     */
    Primitive(dnnl_engine engine, dnnl_primitive_desc description, int[] numbers, dnnl_memory_desc[] descriptors) {
        this.primitive = new dnnl_primitive();
        OneDnn.check(dnnl_primitive_create(primitive, description), "create a primitive");
        dnnl_memory_desc scratchpad = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
        this.memories = new dnnl_memory[numbers.length + 1];
        this.addresses = new long[memories.length];
        this.arguments = new dnnl_exec_arg_t(memories.length);
        for (int i = 0; i < memories.length; i++) {
            boolean operand = i < numbers.length;
            memories[i] = new dnnl_memory();
            OneDnn.check(
                    dnnl_memory_create(memories[i], operand ? descriptors[i] : scratchpad, engine, address.at(0)),
                    "create a memory object");
            arguments
                    .getPointer(i)
                    .arg(operand ? numbers[i] : DNNL_ARG_SCRATCHPAD)
                    .memory(memories[i]);
        }
        this.scratchpadBytes = dnnl_memory_desc_get_size(scratchpad);
    }

    /** Copies elements from one order into another. */
    static Primitive reorder(dnnl_engine engine, dnnl_memory_desc from, dnnl_memory_desc to) {
        dnnl_primitive_attr attributes = Draft.newAttributes();
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        OneDnn.check(
                dnnl_reorder_primitive_desc_create(description, from, engine, to, engine, attributes),
                "describe a reorder");
        dnnl_primitive_attr_destroy(attributes);
        try {
            return new Primitive(
                    engine, description, new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, new dnnl_memory_desc[] {from, to});
        } finally {
            dnnl_primitive_desc_destroy(description);
        }
    }

    /**
     * Runs on operands that have the layouts it was made for, in that order.
     *
     * @param scratchpads where to get working memory
     */
    void run(dnnl_stream stream, Scratchpads scratchpads, Tensor... operands) {
        Tensor scratchpad = scratchpadBytes == 0 ? null : scratchpads.take(scratchpadBytes);
        try {
            for (int i = 0; i < operands.length; i++) {
                setAddress(i, operands[i].address());
            }
            setAddress(operands.length, scratchpad == null ? 0 : scratchpad.address());
            OneDnn.check(dnnl_primitive_execute(primitive, stream, memories.length, arguments), "run a primitive");
            OneDnn.check(dnnl_stream_wait(stream), "await a primitive");
        } finally {
            if (scratchpad != null) {
                scratchpads.giveBack(scratchpad);
            }
            Reference.reachabilityFence(operands);
        }
    }

    private void setAddress(int index, long value) {
        if (addresses[index] != value) {
            OneDnn.check(dnnl_memory_set_data_handle(memories[index], address.at(value)), "set an address");
            addresses[index] = value;
        }
    }

    @Override
    public void close() {
        dnnl_primitive_destroy(primitive);
        Arrays.stream(memories).forEach(memory -> dnnl_memory_destroy(memory));
        arguments.close();
    }
}
