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

    /** What the weights come in: the parameters, or tensors of the wire's dtype. */
    private final List<Tensor> wire = new ArrayList<>();

    private final List<@Nullable CompletableFuture<Long>> pulls;
    private long asked = -1;
    private @Nullable Exception failure;

    WeightPuller(ParameterStore store, List<Tensor> parameters, DType wireDtype) {
        this.store = store;
        this.parameters = parameters;
        this.landings = parameters.stream().map(Tensor::landing).toList();
        this.pulls = new ArrayList<>(Collections.nCopies(parameters.size(), null));
        for (Tensor parameter : parameters) {
            wire.add(
                    wireDtype == parameter.dtype()
                            ? parameter
                            : Tensor.empty(wireDtype, parameter.shape()).keep());
        }
    }

    /**
     * Asks for all parameters in the wire dtype for step {@code step}, as they are once {@code minimumVersion} is published. They count
     * as written now. Asking for the same step again changes nothing.
     */
    void ask(long step, long minimumVersion) throws IOException, InterruptedException {
        if (step != asked) {
            pull(minimumVersion, wire);
            asked = step;
        }
    }

    /** Brings all parameters in float32. */
    void pullExactly(long version) throws IOException, InterruptedException {
        pull(version, parameters);
        asked = wire.equals(parameters) ? version : -1;
        settle();
    }

    private void pull(long version, List<Tensor> targets) throws IOException, InterruptedException {
        settle();
        for (int i = 0; i < targets.size(); i++) {
            int index = i;
            Tensor target = targets.get(i);
            Tensor parameter = parameters.get(i);
            Tensor landing = landings.get(i);
            parameter.bumpVersion();
            if (target == parameter) {
                pulls.set(i, store.pull(i, version, landing));
                parameter.expect(() -> arriveInForward(index));
            } else {
                pulls.set(i, store.pull(i, version, target.landing()));
                target.expect(() -> arriveInForward(index));
                parameter.expect(() -> Backends.current().convert(target, landing), target);
            }
        }
    }

    /** Waits for all that was asked for. */
    void settle() throws IOException, InterruptedException {
        for (int i = 0; i < parameters.size(); i++) {
            try {
                if (pulls.get(i) != null) {
                    arriveInForward(i);
                }
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
    private void arriveInForward(int index) {
        CompletableFuture<Long> pull = pulls.get(index);
        try {
            if (pull != null) {
                StoreFutures.await(pull);
                pulls.set(index, null);
            }
        } catch (IOException e) {
            failure = e;
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            failure = e;
            throw new IllegalStateException("Cannot go on training: interrupted, expected the weights", e);
        }
    }

    /** Waits until the store writes to no parameter any more, however that ends, unless this thread shall not wait. */
    @Override
    public void close() {
        boolean still = !(failure instanceof InterruptedException);
        boolean complete = true;
        for (CompletableFuture<Long> pull : pulls) {
            still = still && (pull == null || ended(pull));
            complete &= pull == null || still && !pull.isCompletedExceptionally();
        }
        for (int i = 0; i < wire.size(); i++) {
            Tensor parameter = parameters.get(i);
            if (complete) {
                parameter.settle();
            }
            parameter.expectNothing();
            if (still && wire.get(i) != parameter) {
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
