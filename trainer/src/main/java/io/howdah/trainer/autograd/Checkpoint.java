// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Trades time for memory: what a function would save for backward is not kept but computed again, with the same random
 * numbers and in the same precision, when backward needs it.
 *
 * <p>Source: Chen, Xu, Zhang and Guestrin, “Training Deep Nets with Sublinear Memory Cost”, 2016.
 */
public final class Checkpoint {
    private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(Current::new);

    private final UnaryOperator<List<Tensor>> function;
    private final List<Tensor> inputs;
    private final Randomness.State randomness;
    private final @Nullable DType autocast;
    private int slots;
    private int unreleased;
    private @Nullable List<Tensor> recomputed;

    /** The recorder of a thread. */
    private static final class Current {
        private @Nullable Recorder recorder;
    }

    /** Sees every tensor that is saved on this thread. */
    interface Recorder {
        Slot record(Tensor tensor);
    }

    /** Stands for a saved tensor: the n-th one of a checkpoint; or for nothing, while the function runs again. */
    static final class Slot {
        private final @Nullable Checkpoint owner;
        private final int index;
        private boolean released;

        private Slot(@Nullable Checkpoint owner, int index) {
            this.owner = owner;
            this.index = index;
        }

        @Nullable
        Tensor tensor() {
            return owner == null || released ? null : owner.recomputed().get(index);
        }

        void release() {
            if (owner != null && !released) {
                released = true;
                owner.releaseOne(index);
            }
        }
    }

    private Checkpoint(UnaryOperator<List<Tensor>> function, List<Tensor> inputs) {
        this.function = function;
        this.inputs = inputs;
        this.randomness = Randomness.current().state();
        this.autocast = AutocastMode.dtype();
    }

    static @Nullable Recorder recorder() {
        return CURRENT.get().recorder;
    }

    /**
     * The results of {@code function}.
     *
     * @param function must compute the same when called twice, and must not write to its inputs
     */
    public static List<Tensor> run(UnaryOperator<List<Tensor>> function, Tensor... inputs) {
        if (!GradMode.isEnabled()) {
            return function.apply(List.of(inputs));
        }
        Checkpoint checkpoint = new Checkpoint(function, List.of(inputs));
        Current current = CURRENT.get();
        Recorder outer = current.recorder;
        current.recorder = tensor -> checkpoint.newSlot();
        try (StepScope scope = StepScope.openHidden()) {
            List<Tensor> results = function.apply(checkpoint.inputs);
            results.forEach(scope::pass);
            return results;
        } finally {
            current.recorder = outer;
        }
    }

    private Slot newSlot() {
        unreleased++;
        return new Slot(this, slots++);
    }

    /** The tensors that the function saves, computed again if need be. */
    private List<Tensor> recomputed() {
        List<Tensor> present = recomputed;
        if (present == null) {
            present = recompute();
            recomputed = present;
        }
        return present;
    }

    private List<Tensor> recompute() {
        List<Tensor> collected = new ArrayList<>();
        Current current = CURRENT.get();
        Recorder outer = current.recorder;
        Randomness.State now = Randomness.current().state();
        current.recorder = tensor -> {
            tensor.save();
            collected.add(tensor);
            return new Slot(null, 0);
        };
        try (GradMode.Scope mode = GradMode.enableGrad();
                AutocastMode.Scope precision = AutocastMode.open(autocast);
                StepScope scope = StepScope.openHidden()) {
            Randomness.current().restore(randomness);
            List<Tensor> results =
                    function.apply(inputs.stream().map(Checkpoint::asLeaf).toList());
            results.forEach(Tensor::checkLive);
        } finally {
            Randomness.current().restore(now);
            current.recorder = outer;
        }
        if (collected.size() != slots) {
            collected.forEach(Tensor::unsave);
            throw new IllegalStateException("Cannot run backward: a checkpointed function saved " + collected.size()
                    + " tensors when it ran again, expected " + slots
                    + " as the first time; make it depend on its inputs alone");
        }
        return collected;
    }

    private static Tensor asLeaf(Tensor input) {
        Tensor leaf = input.detached();
        if (input.requiresGrad()) {
            leaf.attach(Variable.leaf(leaf));
        }
        return leaf;
    }

    private void releaseOne(int index) {
        unreleased--;
        List<Tensor> present = recomputed;
        if (present != null) {
            present.get(index).unsave();
            if (unreleased == 0) {
                recomputed = null;
            }
        }
    }
}
