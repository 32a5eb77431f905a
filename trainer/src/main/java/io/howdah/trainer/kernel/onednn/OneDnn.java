// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import io.howdah.trainer.tensor.DType;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.javacpp.Loader;

/** The native library: loads it, owns its engine, checks its status codes. */
final class OneDnn {
    private final dnnl_engine engine;

    private OneDnn(dnnl_engine engine) {
        this.engine = engine;
    }

    /** @throws LinkageError if there is no native library for this platform */
    static OneDnn load() {
        // Read when the first native class loads: the tensor pool budgets memory, and javacpp's own policing would
        // count it again and call System.gc() in the middle of a step.
        setIfAbsent("org.bytedeco.javacpp.maxBytes");
        setIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes");
        Loader.load(org.bytedeco.dnnl.global.dnnl.class);
        dnnl_engine engine = new dnnl_engine();
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "create the engine");
        return new OneDnn(engine);
    }

    private static void setIfAbsent(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, "0");
        }
    }

    dnnl_engine engine() {
        return engine;
    }

    static void check(int status, String what) {
        if (status != dnnl_success) {
            throw new IllegalStateException("Cannot " + what + " with oneDNN: status=" + status
                    + ", expected 0; report it with the shapes, and choose the java kernels meanwhile");
        }
    }

    /** oneDNN's number of a dtype that it computes in. */
    static int dtype(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> dnnl_f32;
            case BFLOAT16 -> dnnl_bf16;
            case FLOAT16 -> dnnl_f16;
            case BOOL -> dnnl_s8;
            default ->
                throw new IllegalArgumentException("Cannot use oneDNN: dtype=" + dtype
                        + ", expected float32, bfloat16, float16 or bool; use the java kernels");
        };
    }
}
