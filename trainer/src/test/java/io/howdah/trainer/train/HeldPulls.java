// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store whose answers to pulls are held until the test lets them go, one parameter at a time. */
final class HeldPulls implements ParameterStore {
    final List<String> asked = new ArrayList<>();
    private final ParameterStore store;
    private final Map<Integer, Held> held = new ConcurrentSkipListMap<>();
    volatile boolean holds = true;
    int reports;

    private record Held(Runnable ask, CompletableFuture<Long> answer) {}

    HeldPulls(ParameterStore store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<Long> pull(int parameter, long minimumVersion, Tensor into) {
        asked.add(minimumVersion + "/" + parameter);
        if (!holds) {
            return store.pull(parameter, minimumVersion, into);
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        held.put(parameter, new Held(() -> forward(store.pull(parameter, minimumVersion, into), answer), answer));
        return answer;
    }

    private static void forward(CompletableFuture<Long> from, CompletableFuture<Long> to) {
        var unused = from.whenComplete((version, failure) -> {
            if (failure == null) {
                to.complete(version);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }

    /** Parameters whose pull is not answered. */
    List<Integer> held() {
        return List.copyOf(held.keySet());
    }

    /** Lets the answer to a parameter's pull go. */
    void release(int parameter) {
        Held pull = held.remove(parameter);
        if (pull != null) {
            pull.ask.run();
        }
    }

    /** Lets all answers go, those to come too. */
    void releaseAll() {
        holds = false;
        held().forEach(this::release);
    }

    /** Answers a parameter's pull with a failure. */
    void fail(int parameter, Throwable failure) {
        Held pull = held.remove(parameter);
        if (pull != null) {
            pull.answer.completeExceptionally(failure);
        }
    }

    @Override
    public CompletableFuture<Long> initialise(ParameterTable table, @Nullable List<Tensor> weights) {
        return store.initialise(table, weights);
    }

    @Override
    public CompletableFuture<Long> nextStep(int logicalWorker) {
        return store.nextStep(logicalWorker);
    }

    @Override
    public CompletableFuture<Void> push(Push push, Tensor gradient) {
        return store.push(push, gradient);
    }

    @Override
    public CompletableFuture<Void> pushRows(RowPush push, long[] ids, Tensor gradients) {
        return store.pushRows(push, ids, gradients);
    }

    @Override
    public CompletableFuture<StepOutcome> finish(StepReport report) {
        reports++;
        return store.finish(report);
    }

    @Override
    public CompletableFuture<Long> pullRows(int table, long[] ids, long minimumVersion, Tensor into) {
        return store.pullRows(table, ids, minimumVersion, into);
    }

    @Override
    public float lossScale() {
        return store.lossScale();
    }

    @Override
    public CompletableFuture<List<BlobInfo>> snapshot(long version, String set) {
        return store.snapshot(version, set);
    }

    @Override
    public void close() {
        store.close();
    }
}
