// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;

/** Functions of three tensors, broadcast. */
public final class Ternary {
    private Ternary() {}

    /** start + weight·(end − start). */
    public static Tensor lerp(Tensor start, Tensor end, Tensor weight) {
        return Composite.of(() -> Arithmetic.add(start, Arithmetic.multiply(weight, Arithmetic.subtract(end, start))));
    }

    /** start + weight·(end − start), exactly {@code end} for weight 1. */
    public static Tensor lerp(Tensor start, Tensor end, double weight) {
        return Composite.of(() -> {
            Tensor way = Arithmetic.subtract(end, start);
            return weight < 0.5
                    ? Arithmetic.add(start, Arithmetic.multiply(way, weight))
                    : Arithmetic.subtract(end, Arithmetic.multiply(way, 1 - weight));
        });
    }

    /** start += weight·(end − start); returns start. */
    public static Tensor lerpInPlace(Tensor start, Tensor end, Tensor weight) {
        return Composite.of(
                () -> Arithmetic.addInPlace(start, Arithmetic.multiply(weight, Arithmetic.subtract(end, start))));
    }

    /** start += weight·(end − start); returns start. */
    public static Tensor lerpInPlace(Tensor start, Tensor end, double weight) {
        return Composite.of(
                () -> Arithmetic.addInPlace(start, Arithmetic.multiply(Arithmetic.subtract(end, start), weight)));
    }

    /** x + factor·a·b. */
    public static Tensor addProduct(Tensor x, Tensor a, Tensor b, double factor) {
        return Composite.of(() -> Arithmetic.add(x, Arithmetic.multiply(a, b), factor));
    }

    /** x += factor·a·b; returns x. */
    public static Tensor addProductInPlace(Tensor x, Tensor a, Tensor b, double factor) {
        return Composite.of(() -> Arithmetic.addInPlace(x, Arithmetic.multiply(a, b), factor));
    }

    /** x + factor·a / b. */
    public static Tensor addQuotient(Tensor x, Tensor a, Tensor b, double factor) {
        return Composite.of(() -> Arithmetic.add(x, Arithmetic.divide(a, b), factor));
    }

    /** x += factor·a / b; returns x. */
    public static Tensor addQuotientInPlace(Tensor x, Tensor a, Tensor b, double factor) {
        return Composite.of(() -> Arithmetic.addInPlace(x, Arithmetic.divide(a, b), factor));
    }
}
