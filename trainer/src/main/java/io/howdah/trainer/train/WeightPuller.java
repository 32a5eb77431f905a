// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Brings weights from the store into the parameters of the model, while forward goes on: all are asked for at once, in
 * forward order, and a parameter waits for its own when its memory is first used. Belongs to the thread that computes.
 */
final class WeightPuller implements AutoCloseable {
    private final ParameterStore store;
    private final List<Tensor> parameters;

    /** The parameters' memory, as the store fills it. */
    private final List<Tensor> landings;

    /** What the store fills in the wire dtype: landings, or tensors of another dtype. */
    private final List<Tensor> wire = new ArrayList<>();

    private final List<@Nullable CompletableFuture<Long>> pulls;
    private long asked = -1;
    private @Nullable Exception failure;

    WeightPuller(ParameterStore store, List<Tensor> parameters, DType wireDtype) {
        this.store = store;
        this.parameters = parameters;
        this.landings = parameters.stream().map(Tensor::landing).toList();
        this.pulls = new ArrayList<>(Collections.nCopies(parameters.size(), null));
        for (int i = 0; i < parameters.size(); i++) {
            Tensor parameter = parameters.get(i);
            wire.add(
                    wireDtype == parameter.dtype()
                            ? landings.get(i)
                            : Tensor.empty(wireDtype, parameter.shape()).keep());
        }
    }

    /**
     * Asks for all parameters in the wire dtype, as they are once {@code version} is published. They count as written now.
     * Asking for the same version again changes nothing.
     */
    void ask(long version) throws IOException, InterruptedException {
        if (version != asked) {
            ask(version, wire);
            asked = version;
        }
    }

    /** Brings all parameters in float32. */
    void pullExactly(long version) throws IOException, InterruptedException {
        ask(version, landings);
        asked = wire.equals(landings) ? version : -1;
        settle();
    }

    private void ask(long version, List<Tensor> targets) throws IOException, InterruptedException {
        settle();
        for (int i = 0; i < targets.size(); i++) {
            int index = i;
            Tensor target = targets.get(i);
            Tensor parameter = parameters.get(i);
            pulls.set(i, store.pull(i, version, target));
            parameter.bumpVersion();
            parameter.expect(() -> arriveInForward(index, target));
        }
    }

    /** Waits for all that was asked for. */
    void settle() throws IOException, InterruptedException {
        for (Tensor parameter : parameters) {
            try {
                parameter.settle();
            } catch (RuntimeException e) {
                throw cause(e);
            }
        }
    }

    /** What is thrown for {@code thrown}: the failure of a pull, if one was behind it. */
    RuntimeException cause(RuntimeException thrown) throws IOException, InterruptedException {
        if (failure instanceof IOException lost) {
            throw lost;
        }
        if (failure instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        return thrown;
    }

    /** Called from wherever forward uses a parameter, which can throw nothing checked. */
    private void arriveInForward(int index, Tensor target) {
        try {
            arrive(index, target);
        } catch (IOException e) {
            failure = e;
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            failure = e;
            throw new IllegalStateException("Cannot go on training: interrupted, expected the weights", e);
        }
    }

    private void arrive(int index, Tensor target) throws IOException, InterruptedException {
        CompletableFuture<Long> pull = pulls.get(index);
        if (pull != null) {
            StoreFutures.await(pull);
            Tensor landing = landings.get(index);
            if (target != landing) {
                Backends.current().convert(target, landing);
            }
            pulls.set(index, null);
        }
    }

    /** Waits until the store writes to no parameter any more, however that ends, unless this thread shall not wait. */
    @Override
    public void close() {
        parameters.forEach(Tensor::expectNothing);
        boolean still = !(failure instanceof InterruptedException);
        for (CompletableFuture<Long> pull : pulls) {
            still = still && (pull == null || ended(pull));
        }
        for (int i = 0; i < wire.size() && still; i++) {
            if (wire.get(i) != landings.get(i)) {
                wire.get(i).close();
            }
        }
    }

    /** Waits for the end of a pull; false if this thread shall not wait. */
    private static boolean ended(CompletableFuture<Long> pull) {
        try {
            pull.get();
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
