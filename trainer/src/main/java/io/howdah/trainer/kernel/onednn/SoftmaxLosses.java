// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_accurate;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_log;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Cross-entropy on oneDNN's softmax; only one element of each row is left to Java. */
final class SoftmaxLosses {
    private final Runner runner;
    private final JavaBackend java;

    SoftmaxLosses(Runner runner, JavaBackend java) {
        this.runner = runner;
        this.java = java;
    }

    boolean forward(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        try (Tensor logProbabilities = Tensor.empty(DType.FLOAT32, logits.shape())) {
            Layout layout = Layout.of(logits);
            if (!runner.run(Recipe.of(Family.SOFTMAX, dnnl_softmax_log, layout, layout), logits, logProbabilities)) {
                return false;
            }
            for (long i = 0; i < logits.size(0); i++) {
                long element = (i * logits.size(1) + target(targets, i)) * Float.BYTES;
                float logProbability = Memory.getFloat(logProbabilities.address() + element);
                Elements.put(losses.dtype(), address(losses, i), -logProbability);
                float logit = Memory.getFloat(logits.address() + element);
                Elements.put(logSumExps.dtype(), address(logSumExps, i), logit - logProbability);
            }
        }
        Reference.reachabilityFence(logits);
        Reference.reachabilityFence(targets);
        Reference.reachabilityFence(losses);
        Reference.reachabilityFence(logSumExps);
        return true;
    }

    /** out = softmax · gradLosses, then minus gradLosses at the targets. */
    boolean backward(Tensor logits, Tensor targets, Tensor gradLosses, Tensor out) {
        Layout layout = Layout.of(logits);
        if (!runner.run(Recipe.of(Family.SOFTMAX, dnnl_softmax_accurate, layout, layout), logits, out)) {
            return false;
        }
        Tensor factors = gradLosses.subview(out.shape(), new long[] {gradLosses.stride(0), 0}, 0);
        Recipe product = Recipe.of(Family.BINARY, dnnl_binary_mul, layout, Layout.broadcast(factors), layout);
        if (!runner.run(product, out, factors, out)) {
            java.binary(Binary.MULTIPLY, out, factors, out);
        }
        for (long i = 0; i < out.size(0); i++) {
            long element = out.address() + (i * out.size(1) + target(targets, i)) * Float.BYTES;
            Memory.putFloat(element, Memory.getFloat(element) - Memory.getFloat(address(gradLosses, i)));
        }
        Reference.reachabilityFence(targets);
        Reference.reachabilityFence(gradLosses);
        Reference.reachabilityFence(out);
        return true;
    }

    private static long target(Tensor targets, long i) {
        return Elements.getLong(targets.dtype(), address(targets, i));
    }

    private static long address(Tensor tensor, long i) {
        return tensor.address() + i * tensor.stride(0) * tensor.dtype().bytes();
    }
}
