// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.ViewKind;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is to know about one op. The first {@link #operands} inputs are its operands, to which gradients may
 * flow; the others are indices, masks and the like.
 *
 * @param <A> type of the attributes, {@link NoAttributes} where there are none
 */
public final class Op<A> {
    /** All floating-point dtypes. */
    static final Set<DType> FLOATING =
            Collections.unmodifiableSet(EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16));

    /** Those of an op that loses too much in 16 bits: such floats are computed in float32 and rounded at the end. */
    static final Set<DType> WIDE = Collections.unmodifiableSet(EnumSet.of(DType.FLOAT64, DType.FLOAT32));

    /** All but bool. */
    static final Set<DType> NUMERIC = Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(DType.BOOL)));

    /** Integers and bool. */
    static final Set<DType> INTEGRAL = Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.copyOf(FLOATING)));

    /** Every dtype. */
    static final Set<DType> ALL = Collections.unmodifiableSet(EnumSet.allOf(DType.class));

    /** Stands for a number of operands that differs from call to call. */
    static final int ANY_NUMBER = -1;

    /** How the dtypes of the operands are brought together. */
    public enum Types {
        /** To the common dtype that PyTorch's promotion gives. */
        PROMOTE,
        /** To the common dtype; integers and bool become float32. */
        FLOATING,
        /** They have to be equal. */
        SAME,
        /** They stay as they are; the op checks them. */
        KEEP
    }

    /** Checks the inputs, makes the outputs with {@link ForwardCall#out}, and saves what {@link Backward} needs. */
    @FunctionalInterface
    public interface Forward<A> {
        void run(ForwardCall<A> call);
    }

    /** Makes views of the input. */
    @FunctionalInterface
    public interface View<A> {
        Tensor[] of(Tensor input, A attributes);
    }

    /** Gives one gradient per operand that needs one; written with ops, so that it can be differentiated itself. */
    @FunctionalInterface
    public interface Backward<A> {
        void run(BackwardCall<A> call);
    }

    private final String name;
    private final AutocastCategory autocast;
    private final Set<DType> dtypes;
    private final Types types;
    private final int operands;
    private final boolean inPlace;
    private final boolean overlapping;
    private final @Nullable Forward<A> forward;
    private final @Nullable View<A> view;
    private final ViewKind viewKind;
    private final @Nullable Backward<A> backward;

    private Op(Builder<A> builder, @Nullable Backward<A> backward) {
        this.name = builder.name;
        this.autocast = builder.autocast;
        this.dtypes = builder.dtypes;
        this.types = builder.types;
        this.operands = builder.operands;
        this.inPlace = builder.inPlace;
        this.overlapping = builder.overlapping;
        this.forward = builder.forward;
        this.view = builder.view;
        this.viewKind = builder.viewKind;
        this.backward = backward;
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

    /** Dtypes of operands that the op takes; 16-bit floats that are missing here are computed in float32. */
    public Set<DType> dtypes() {
        return dtypes;
    }

    public Types types() {
        return types;
    }

    /** Whether gradients flow through it. */
    public boolean isDifferentiable() {
        return backward != null;
    }

    /** Whether it can overwrite its first operand. */
    boolean isInPlace() {
        return inPlace;
    }

    /** How many of {@code inputs} are operands. */
    int operands(int inputs) {
        return operands == ANY_NUMBER ? inputs : Math.min(operands, inputs);
    }

    /** Whether it may write a target several of whose elements are one. */
    boolean allowsOverlap() {
        return overlapping;
    }

    ViewKind viewKind() {
        return viewKind;
    }

    Tensor[] view(Tensor input, A attributes) {
        if (view == null) {
            throw new AssertionError(name + " is no view");
        }
        return view.of(input, attributes);
    }

    void forward(ForwardCall<A> call) {
        if (forward == null) {
            throw new AssertionError(name + " is a view");
        }
        forward.run(call);
    }

    void backward(BackwardCall<A> call) {
        if (backward == null) {
            throw new AssertionError(name + " is not differentiable");
        }
        backward.run(call);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Gathers the parts of an op; floating-point operands, promoted, unless said otherwise. */
    static final class Builder<A> {
        private final String name;
        private final AutocastCategory autocast;
        private Set<DType> dtypes = FLOATING;
        private Types types = Types.PROMOTE;
        private int operands = 1;
        private boolean inPlace;
        private boolean overlapping;
        private @Nullable Forward<A> forward;
        private @Nullable View<A> view;
        private ViewKind viewKind = ViewKind.SINGLE;

        private Builder(String name, AutocastCategory autocast) {
            this.name = name;
            this.autocast = autocast;
        }

        Builder<A> dtypes(Set<DType> taken) {
            this.dtypes = taken;
            return this;
        }

        Builder<A> types(Types rule) {
            this.types = rule;
            return this;
        }

        Builder<A> operands(int count) {
            this.operands = count;
            return this;
        }

        /** The forward may overwrite its first operand: {@link ForwardCall#out} is then that operand. */
        Builder<A> inPlace() {
            this.inPlace = true;
            return this;
        }

        /** Elements that share memory may be written, because all get the same value. */
        Builder<A> overlapping() {
            this.overlapping = true;
            return this;
        }

        Builder<A> forward(Forward<A> function) {
            this.forward = function;
            return this;
        }

        Builder<A> view(ViewKind kind, View<A> function) {
            this.viewKind = kind;
            this.view = function;
            this.dtypes = ALL;
            this.types = Types.KEEP;
            return this;
        }

        Op<A> backward(Backward<A> function) {
            return new Op<>(this, function);
        }

        /** For results that have no gradient: integers, bool. */
        Op<A> notDifferentiable() {
            return new Op<>(this, null);
        }
    }
}
