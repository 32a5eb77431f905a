// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Releases, when closed, the tensors that this thread allocated since it was opened and that were not {@linkplain
 * Tensor#keep kept}. Scopes nest; a tensor belongs to the innermost one.
 *
 * <p>Two kinds: a step's scope releases everything; a scope of {@linkplain #openHidden hidden} intermediates, which
 * nobody outside can refer to, leaves those that the autograd graph has saved to the graph.
 */
public final class StepScope implements AutoCloseable {
    private static final ThreadLocal<Holder> CURRENT = ThreadLocal.withInitial(Holder::new);

    private final Holder holder;
    private final @Nullable StepScope outer;
    private final boolean hidden;
    private final List<Storage> storages = new ArrayList<>();

    /** The innermost scope of a thread. */
    private static final class Holder {
        private @Nullable StepScope innermost;
    }

    private StepScope(Holder holder, boolean hidden) {
        this.holder = holder;
        this.outer = holder.innermost;
        this.hidden = hidden;
        holder.innermost = this;
    }

    /** Opens a scope on this thread. */
    public static StepScope open() {
        return new StepScope(CURRENT.get(), false);
    }

    /**
     * Opens a scope for the intermediate tensors of one function. Those that the graph saves live until it lets go of
     * them; what the function returns has to be {@linkplain #pass passed} on.
     */
    public static StepScope openHidden() {
        return new StepScope(CURRENT.get(), true);
    }

    /** Puts a tensor that no scope owns into the innermost scope of this thread, if there is one. */
    public static void adopt(Tensor tensor) {
        if (!tensor.isScoped() && !tensor.isReleased()) {
            register(tensor.storage());
        }
    }

    /**
     * Lets go of a tensor of a scope that nobody will refer to any more: it is freed, or goes with the graph where the graph
     * has saved it. Kept tensors stay.
     */
    public static void letGo(Tensor tensor) {
        if (tensor.isScoped() && !tensor.hide()) {
            tensor.close();
        }
    }

    static void register(Storage storage) {
        StepScope scope = CURRENT.get().innermost;
        if (scope != null) {
            scope.add(storage);
        }
    }

    static void forget(Storage storage) {
        StepScope scope = storage.scope();
        // A scope belongs to its thread; elsewhere the entry stays, and releasing twice does nothing.
        if (scope != null && scope.holder == CURRENT.get()) {
            scope.remove(storage);
        }
    }

    /** Whether {@code tensor} was allocated in this very scope and is still in it. */
    public boolean owns(Tensor tensor) {
        return tensor.storage().scope() == this;
    }

    /** Hands {@code tensor} on to the surrounding scope if this scope owns it; returns it. */
    public Tensor pass(Tensor tensor) {
        Storage storage = tensor.storage();
        if (storage.scope() == this) {
            moveOut(storage);
        }
        return tensor;
    }

    private void moveOut(Storage storage) {
        remove(storage);
        if (outer != null) {
            outer.add(storage);
        }
    }

    private void add(Storage storage) {
        storage.enter(this, storages.size());
        storages.add(storage);
    }

    private void remove(Storage storage) {
        int last = storages.size() - 1;
        Storage moved = storages.remove(last);
        if (moved != storage) {
            int place = storage.scopePlace();
            storages.set(place, moved);
            moved.enter(this, place);
        }
        storage.leaveScope();
    }

    @Override
    public void close() {
        if (holder.innermost != this) {
            throw new IllegalStateException(
                    "Cannot close scope: an inner scope is open, expected none; close scopes in reverse order");
        }
        holder.innermost = outer;
        for (int i = storages.size() - 1; i >= 0; i--) {
            Storage storage = storages.get(i);
            storage.leaveScope();
            if (hidden && storage.hide()) {
                if (outer != null) {
                    outer.add(storage);
                }
            } else {
                storage.release();
            }
        }
        storages.clear();
    }
}
