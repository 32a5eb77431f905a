// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** Opens a step's scope before every test of a class and closes it behind, which frees the tensors of the test. */
public final class InStepScope implements BeforeEachCallback, AfterEachCallback {
    private static Store store(ExtensionContext context) {
        return context.getStore(Namespace.create(InStepScope.class, context.getUniqueId()));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        store(context).put(StepScope.class, StepScope.open());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Objects.requireNonNull(store(context).remove(StepScope.class, StepScope.class))
                .close();
    }
}
