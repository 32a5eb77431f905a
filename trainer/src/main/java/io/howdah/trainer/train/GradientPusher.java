// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.Hooks;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends each gradient to the store as soon as backward has it, while backward goes on. Between slices, gradients add up in
 * their parameters, as micro-batches need.
 */
final class GradientPusher implements AutoCloseable {
    private final ParameterStore store;
    private final List<Tensor> parameters;
    private final DType wireDtype;
    private final List<Autograd.HookHandle> hooks = new ArrayList<>();
    private final List<CompletableFuture<Void>> pushes = new ArrayList<>();
    private final boolean[] pushed;
    private boolean finite;
    private @Nullable Slice slice;

    /**
     * What the gradients of a slice have in common.
     *
     * @param factor what the accumulated gradients lack to be the mean's; usually 1
     */
    record Slice(long step, int logicalWorker, int attempt, long samples, float lossScale, double factor) {
        Push push(int parameter) {
            return new Push(step, logicalWorker, attempt, parameter, samples, lossScale);
        }
    }

    GradientPusher(ParameterStore store, List<Tensor> parameters, DType wireDtype) {
        this.store = store;
        this.parameters = parameters;
        this.wireDtype = wireDtype;
        this.pushed = new boolean[parameters.size()];
        for (int i = 0; i < parameters.size(); i++) {
            int index = i;
            // A frozen parameter has no gradient; end() sends zeros for it.
            if (parameters.get(i).requiresGrad()) {
                hooks.add(Hooks.onAccumulated(parameters.get(i), parameter -> pushIfLast(index)));
            }
        }
    }

    /** Begins the last backward pass of a slice. */
    void begin(Slice newSlice) {
        slice = newSlice;
        finite = true;
        Arrays.fill(pushed, false);
    }

    /**
     * Ends the last backward pass of a slice; parameters that none reached get a gradient of zeros.
     *
     * @return whether all gradients were finite in the wire dtype
     */
    boolean end() {
        for (int i = 0; i < pushed.length; i++) {
            if (!pushed[i]) {
                Tensor earlier = parameters.get(i).requiresGrad() ? taken(parameters.get(i)) : null;
                push(
                        i,
                        earlier != null
                                ? earlier
                                : Tensor.zeros(DType.FLOAT32, parameters.get(i).shape()));
            }
        }
        slice = null;
        return finite;
    }

    private void pushIfLast(int parameter) {
        if (slice != null) {
            push(parameter, taken(parameters.get(parameter)));
        }
    }

    /** The gradient of a parameter, no longer its own. Stores take whole tables, so that a sparse one gets its zeros here. */
    private static @Nullable Tensor taken(Tensor parameter) {
        SparseRows rows = Gradients.takeSparse(parameter);
        if (rows == null) {
            return Gradients.take(parameter);
        }
        Tensor dense = rows.toDense();
        rows.close();
        return dense;
    }

    private void push(int parameter, @Nullable Tensor gradient) {
        if (slice == null || gradient == null) {
            throw new IllegalStateException("Cannot push gradient: parameter=" + parameter
                    + ", expected a backward pass of the training loop; do not run others on its model");
        }
        Tensor message = gradient.keep();
        if (slice.factor() != 1) {
            Backends.current().scale(gradient, slice.factor(), 0, gradient);
        }
        if (gradient.dtype() != wireDtype) {
            message = Tensor.empty(wireDtype, gradient.shape()).keep();
            Backends.current().convert(gradient, message);
            gradient.close();
        }
        finite &= Backends.current().isFinite(message);
        pushed[parameter] = true;
        Tensor sent = message;
        pushes.add(store.push(slice.push(parameter), message).whenComplete((done, failure) -> sent.close()));
    }

    /** Waits until the store has everything that was pushed. */
    void flush() throws IOException, InterruptedException {
        for (CompletableFuture<Void> push : pushes) {
            StoreFutures.await(push);
        }
        pushes.clear();
    }

    @Override
    public void close() {
        hooks.forEach(Autograd.HookHandle::remove);
    }
}
