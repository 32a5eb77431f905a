// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** A recipe with the descriptors that oneDNN's constructors take. */
final class Draft implements AutoCloseable {
    private final dnnl_engine engine;
    private final Recipe recipe;
    private final dnnl_memory_desc[] descriptors;
    private final dnnl_primitive_attr attributes;

    Draft(dnnl_engine engine, Recipe recipe) {
        this.engine = engine;
        this.recipe = recipe;
        this.descriptors =
                recipe.slots().stream().map(slot -> slot.layout().descriptor()).toArray(dnnl_memory_desc[]::new);
        this.attributes = newAttributes();
    }

    /** Attributes that every primitive here has; the caller destroys them. */
    static dnnl_primitive_attr newAttributes() {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        OneDnn.check(dnnl_primitive_attr_create(attributes), "create attributes");
        // Library scratchpads would tie a primitive to its thread and escape the pool's budget.
        OneDnn.check(
                dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "set scratchpad mode");
        return attributes;
    }

    dnnl_engine engine() {
        return engine;
    }

    Recipe recipe() {
        return recipe;
    }

    dnnl_primitive_attr attributes() {
        return attributes;
    }

    /** Descriptor of the operand with this number, or null (which oneDNN takes as “none”). */
    @Nullable
    dnnl_memory_desc memory(int argument) {
        for (int i = 0; i < descriptors.length; i++) {
            if (recipe.slots().get(i).argument() == argument) {
                return descriptors[i];
            }
        }
        return null;
    }

    /** Layout of the operand with this number, which exists. */
    Layout layout(int argument) {
        return recipe.slots().stream()
                .filter(slot -> slot.argument() == argument)
                .findFirst()
                .orElseThrow()
                .layout();
    }

    /** Appends operations that the primitive applies to its result. */
    void postOps(Consumer<dnnl_post_ops> appender) {
        dnnl_post_ops operations = new dnnl_post_ops();
        OneDnn.check(dnnl_post_ops_create(operations), "create post-operations");
        appender.accept(operations);
        OneDnn.check(dnnl_primitive_attr_set_post_ops(attributes, operations), "set post-operations");
        dnnl_post_ops_destroy(operations);
    }

    /** Describes a gradient, which oneDNN wants the forward primitive for. */
    static int withHint(ToIntFunction<dnnl_primitive_desc> forward, ToIntFunction<dnnl_primitive_desc> backward) {
        dnnl_primitive_desc hint = new dnnl_primitive_desc();
        int status = forward.applyAsInt(hint);
        if (status == dnnl_success) {
            status = backward.applyAsInt(hint);
            dnnl_primitive_desc_destroy(hint);
        }
        return status;
    }

    @Override
    public void close() {
        dnnl_primitive_attr_destroy(attributes);
        for (dnnl_memory_desc descriptor : descriptors) {
            dnnl_memory_desc_destroy(descriptor);
        }
    }
}
