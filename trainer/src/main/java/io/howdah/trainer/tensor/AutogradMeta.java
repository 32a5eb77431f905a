// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import org.jspecify.annotations.Nullable;

/** What autograd knows of a tensor; {@code autograd} implements it, so that this package need not know autograd. */
public abstract class AutogradMeta {
    /** Whether gradients flow to this tensor. */
    public abstract boolean requiresGrad();

    /** The accumulated gradient of a leaf, or null. */
    public abstract @Nullable Tensor grad();
}
