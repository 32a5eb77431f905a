// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** Running reductions: out[i] = x[0] ∘ … ∘ x[i]. */
public enum Scan {
    SUM,
    PRODUCT
}
