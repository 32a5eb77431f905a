// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a matrix product before it is rounded: out = scale · product (+ addend) (+ out).
 *
 * @param scale factor of the product
 * @param addend expanded to the shape of the result by zero strides, in the result's dtype; or null
 * @param accumulates whether the result is added to what {@code out} holds
 */
public record Epilogue(double scale, @Nullable Tensor addend, boolean accumulates) {
    /** The product alone. */
    public static final Epilogue NONE = new Epilogue(1, null, false);

    /** The product times a factor. */
    public static Epilogue scaled(double scale) {
        return new Epilogue(scale, null, false);
    }

    /** Also adds {@code newAddend}. */
    public Epilogue plus(Tensor newAddend) {
        return new Epilogue(scale, newAddend, accumulates);
    }

    /** Also adds what the result's place holds. */
    public Epilogue accumulating() {
        return new Epilogue(scale, addend, true);
    }
}
