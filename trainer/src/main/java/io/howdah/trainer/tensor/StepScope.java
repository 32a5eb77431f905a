// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Releases, when closed, every tensor that this thread allocated since it was opened and that was not {@linkplain
 * Tensor#keep kept}. Scopes nest; a tensor belongs to the innermost one.
 */
public final class StepScope implements AutoCloseable {
    private static final ThreadLocal<@Nullable StepScope> CURRENT = new ThreadLocal<>();

    private final @Nullable StepScope outer;
    private final Set<Storage> storages = Collections.newSetFromMap(new IdentityHashMap<>());

    private StepScope(@Nullable StepScope outer) {
        this.outer = outer;
    }

    /** Opens a scope on this thread. */
    public static StepScope open() {
        StepScope scope = new StepScope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    static void register(Storage storage) {
        StepScope scope = CURRENT.get();
        if (scope != null) {
            scope.storages.add(storage);
        }
    }

    static void forget(Storage storage) {
        for (StepScope scope = CURRENT.get(); scope != null; scope = scope.outer) {
            if (scope.storages.remove(storage)) {
                return;
            }
        }
    }

    @Override
    public void close() {
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    "Cannot close scope: an inner scope is open, expected none; close scopes in reverse order");
        }
        CURRENT.set(outer);
        storages.forEach(Storage::release);
        storages.clear();
    }
}
