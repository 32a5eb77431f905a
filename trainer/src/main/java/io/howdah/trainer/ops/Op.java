// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is to know about one op. The first {@link #operands} inputs are numbers, which are brought to one
 * floating-point dtype; the others are indices.
 *
 * @param <A> type of the attributes, {@link NoAttributes} where there are none
 */
public final class Op<A> {
    /** Computes the shape of the result, and refuses inputs that do not go together. */
    @FunctionalInterface
    public interface ShapeRule<A> {
        Shape shape(List<Tensor> inputs, A attributes);
    }

    /** Writes the result into {@link ForwardCall#out} and saves what {@link Backward} needs. */
    @FunctionalInterface
    public interface Forward<A> {
        void run(ForwardCall<A> call);
    }

    /** Makes the result out of the input: a view where possible. */
    @FunctionalInterface
    public interface View<A> {
        Tensor of(Tensor input, A attributes);
    }

    /** Returns one gradient per operand; null where {@link BackwardCall#needs} says so. */
    @FunctionalInterface
    public interface Backward<A> {
        List<@Nullable Gradient> run(BackwardCall<A> call, Gradient gradient);
    }

    private final String name;
    private final AutocastCategory autocast;
    private final Set<DType> dtypes;
    private final int operands;
    private final @Nullable ShapeRule<A> shape;
    private final @Nullable Forward<A> forward;
    private final @Nullable View<A> view;
    private final Backward<A> backward;

    private Op(Builder<A> builder) {
        this.name = builder.name;
        this.autocast = builder.autocast;
        this.dtypes = builder.dtypes;
        this.operands = builder.operands;
        this.shape = builder.shape;
        this.forward = builder.forward;
        this.view = builder.view;
        this.backward = Objects.requireNonNull(builder.backward, "backward");
    }

    static <A> Builder<A> named(String name, AutocastCategory autocast) {
        return new Builder<>(name, autocast);
    }

    public String name() {
        return name;
    }

    public AutocastCategory autocast() {
        return autocast;
    }

    /** Dtypes that the kernels compute in; other floating-point inputs are computed in float32. */
    public Set<DType> dtypes() {
        return dtypes;
    }

    /** How many of the inputs are numbers; those after them are indices. */
    public int operands() {
        return operands;
    }

    @Nullable
    View<A> view() {
        return view;
    }

    Shape shape(List<Tensor> inputs, A attributes) {
        return Objects.requireNonNull(shape, "shape").shape(inputs, attributes);
    }

    void forward(ForwardCall<A> call) {
        Objects.requireNonNull(forward, "forward").run(call);
    }

    List<@Nullable Gradient> backward(BackwardCall<A> call, Gradient gradient) {
        return backward.run(call, gradient);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Gathers the parts of an op. */
    static final class Builder<A> {
        private final String name;
        private final AutocastCategory autocast;
        private Set<DType> dtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32);
        private int operands = 1;
        private @Nullable ShapeRule<A> shape;
        private @Nullable Forward<A> forward;
        private @Nullable View<A> view;
        private @Nullable Backward<A> backward;

        private Builder(String name, AutocastCategory autocast) {
            this.name = name;
            this.autocast = autocast;
        }

        Builder<A> dtypes(Set<DType> computed) {
            this.dtypes = computed;
            return this;
        }

        Builder<A> operands(int count) {
            this.operands = count;
            return this;
        }

        Builder<A> forward(ShapeRule<A> shapeRule, Forward<A> function) {
            this.shape = shapeRule;
            this.forward = function;
            return this;
        }

        Builder<A> view(View<A> function) {
            this.view = function;
            return this;
        }

        Op<A> backward(Backward<A> function) {
            this.backward = function;
            return new Op<>(this);
        }
    }
}
