// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Edge;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.GraphOps;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs every op: autocast, checks, dtype promotion, kernel, and the node that autograd needs. */
final class Dispatcher {
    static {
        GraphOps.install(new RecordedGraphOps());
    }

    private Dispatcher() {}

    /** The only result of {@code op}. */
    static <A> Tensor call(Op<A> op, A attributes, Tensor... inputs) {
        return callAll(op, attributes, inputs).get(0);
    }

    /** All results of {@code op}. */
    static <A> List<Tensor> callAll(Op<A> op, A attributes, Tensor... inputs) {
        DType low = AutocastMode.dtype();
        return low == null ? run(op, attributes, inputs) : Autocasting.callAll(op, attributes, inputs, low);
    }

    /** All results of {@code op} in the dtypes that its inputs have. */
    static <A> List<Tensor> run(Op<A> op, A attributes, Tensor... inputs) {
        checkLive(inputs);
        DType wide = Operands.unify(op, inputs);
        boolean[] needs = new boolean[inputs.length];
        boolean recorded = needs(op, inputs, needs);
        ForwardCall<A> call = new ForwardCall<>(op, attributes, inputs, needs, recorded, null);
        op.forward(call);
        Reference.reachabilityFence(inputs);
        List<Tensor> outputs = call.outputs();
        if (recorded) {
            OpNode<A> node = node(call, op, attributes, inputs, needs);
            for (Tensor output : outputs) {
                if (output.dtype().isFloating()) {
                    Autograd.setHistory(output, node);
                }
            }
        }
        if (wide != null) {
            outputs.replaceAll(output -> output.dtype() == DType.FLOAT32 ? Casts.to(output, wide) : output);
        }
        return outputs;
    }

    /**
     * Overwrites {@code target}, the first operand of {@code op}, with the result.
     *
     * @return {@code target}
     */
    static <A> Tensor write(Op<A> op, A attributes, Tensor target, Tensor... others) {
        if (!op.isInPlace()) {
            throw new AssertionError(op + " reads its operand after it has written");
        }
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = target;
        System.arraycopy(others, 0, inputs, 1, others.length);
        checkLive(inputs);
        if (op.types() == Op.Types.PROMOTE || op.types() == Op.Types.FLOATING) {
            DType result = Operands.computed(op, inputs);
            Operands.checkCastable(op, result, target.dtype());
            if (result != target.dtype() || !op.dtypes().contains(result)) {
                Overlap.check(op, inputs);
                return Copies.copyInPlace(target, run(op, attributes, inputs).get(0));
            }
        }
        Operands.unify(op, inputs);
        Overlap.check(op, inputs);
        boolean[] needs = new boolean[inputs.length];
        boolean recorded = needs(op, inputs, needs);
        if (recorded) {
            Autograd.checkRecordedWrite(op.name(), target);
        }
        ForwardCall<A> call = new ForwardCall<>(op, attributes, inputs, needs, recorded, target);
        op.forward(call);
        Reference.reachabilityFence(inputs);
        @Nullable Edge[] edges = recorded ? edges(op, inputs, needs) : new @Nullable Edge[0];
        target.bumpVersion();
        if (recorded) {
            Autograd.rebaseHistory(target, new OpNode<>(op, attributes, inputs, edges, call.saves()));
        }
        return target;
    }

    /** The only view that {@code op} makes of {@code input}. */
    static <A> Tensor view(Op<A> op, A attributes, Tensor input) {
        return views(op, attributes, input)[0];
    }

    /** The views that {@code op} makes of {@code input}. */
    static <A> Tensor[] views(Op<A> op, A attributes, Tensor input) {
        Tensor[] inputs = {input};
        checkLive(inputs);
        Tensor[] views = op.view(input, attributes);
        boolean[] needs = new boolean[1];
        boolean recorded = needs(op, inputs, needs);
        for (Tensor view : views) {
            Autograd.setView(input, view, op.viewKind());
        }
        if (recorded) {
            OpNode<A> node = new OpNode<>(op, attributes, inputs, edges(op, inputs, needs), List.of());
            for (Tensor view : views) {
                Autograd.setHistory(view, node);
            }
        }
        return views;
    }

    private static void checkLive(Tensor[] inputs) {
        for (Tensor input : inputs) {
            input.checkLive();
        }
    }

    private static <A> OpNode<A> node(ForwardCall<A> call, Op<A> op, A attributes, Tensor[] inputs, boolean[] needs) {
        return new OpNode<>(op, attributes, inputs, edges(op, inputs, needs), call.saves());
    }

    private static boolean needs(Op<?> op, Tensor[] inputs, boolean[] needs) {
        boolean any = false;
        if (op.isDifferentiable() && GradMode.isEnabled()) {
            int operands = op.operands(inputs.length);
            for (int i = 0; i < operands; i++) {
                needs[i] = inputs[i].requiresGrad();
                any |= needs[i];
            }
        }
        return any;
    }

    private static @Nullable Edge[] edges(Op<?> op, Tensor[] inputs, boolean[] needs) {
        @Nullable Edge[] edges = new @Nullable Edge[op.operands(inputs.length)];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = needs[i] ? Autograd.edge(inputs[i]) : null;
        }
        return edges;
    }
}
