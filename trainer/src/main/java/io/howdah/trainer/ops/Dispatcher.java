// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Edge;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.SavedTensor;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs every op: checks, dtype promotion, kernel, and the node that autograd needs. */
final class Dispatcher {
    private Dispatcher() {}

    /** The result of {@code op} as a new tensor or a view. */
    static <A> Tensor call(Op<A> op, A attributes, Tensor... inputs) {
        List<Tensor> live = new ArrayList<>(Arrays.asList(inputs));
        live.forEach(Tensor::address);
        Op.View<A> view = op.view();
        if (view != null) {
            return recordView(op, attributes, live.get(0), view.of(live.get(0), attributes));
        }
        DType common = commonDType(op, live);
        DType computed = op.dtypes().contains(common) ? common : DType.FLOAT32;
        checkIndices(op, live);
        for (int i = 0; i < op.operands(); i++) {
            live.set(i, Casts.to(live.get(i), computed));
        }
        Tensor result = compute(op, attributes, live, computed);
        return Casts.to(result, common);
    }

    private static <A> Tensor compute(Op<A> op, A attributes, List<Tensor> inputs, DType dtype) {
        Tensor out = Tensor.empty(dtype, op.shape(inputs, attributes));
        boolean[] needs = needs(op, inputs);
        List<String> producers = inputs.stream().map(Autograd::producer).toList();
        ForwardCall<A> call =
                new ForwardCall<>(attributes, inputs, out, new ForwardCall.Recording(needs, producers, out.version()));
        op.forward(call);
        record(op, attributes, inputs, out, call.finish());
        return out;
    }

    /**
     * Overwrites {@code target}, the first input of {@code op}, with the result.
     *
     * @return {@code target}
     */
    static <A> Tensor callInPlace(Op<A> op, A attributes, Tensor target, Tensor... others) {
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(target);
        inputs.addAll(Arrays.asList(others));
        inputs.forEach(Tensor::address);
        DType common = commonDType(op, inputs);
        if (common != target.dtype() || !op.dtypes().contains(common)) {
            throw new IllegalArgumentException("Cannot compute " + op + " in place: result type " + common
                    + " can't be cast to the output type " + target.dtype()
                    + ", expected a float32 or float64 target that is the widest operand; compute it out of place");
        }
        for (int i = 1; i < inputs.size(); i++) {
            inputs.set(i, Casts.to(inputs.get(i), common));
        }
        Overlap.check(op, inputs, op.shape(inputs, attributes));
        boolean[] needs = needs(op, inputs);
        List<String> producers = inputs.stream().map(Autograd::producer).toList();
        ForwardCall.Recording recording = new ForwardCall.Recording(needs, producers, target.version() + 1);
        if (recording.isOn()) {
            Autograd.checkRecordedWrite(op.name(), target);
        }
        ForwardCall<A> call = new ForwardCall<>(attributes, inputs, target, recording);
        op.forward(call);
        target.bumpVersion();
        record(op, attributes, inputs, target, call.finish());
        return target;
    }

    private static <A> Tensor recordView(Op<A> op, A attributes, Tensor input, Tensor view) {
        Tensor result = view == input ? input.detached() : view;
        record(op, attributes, List.of(input), result, List.of());
        if (result.requiresGrad() && result.sharesStorage(input)) {
            Autograd.setView(input, result);
        }
        return result;
    }

    /** Makes {@code out} the output of a new node if any operand needs a gradient. */
    static <A> void record(Op<A> op, A attributes, List<Tensor> inputs, Tensor out, List<SavedTensor> saved) {
        boolean[] needs = needs(op, inputs);
        List<@Nullable Edge> edges = new ArrayList<>();
        boolean recorded = false;
        for (int i = 0; i < op.operands(); i++) {
            edges.add(needs[i] ? Autograd.edge(inputs.get(i)) : null);
            recorded |= needs[i];
        }
        if (recorded) {
            Autograd.setHistory(out, new OpNode<>(op, new BackwardCall<>(attributes, inputs, needs, saved), edges));
        }
    }

    private static boolean[] needs(Op<?> op, List<Tensor> inputs) {
        boolean[] needs = new boolean[inputs.size()];
        for (int i = 0; i < op.operands(); i++) {
            needs[i] = GradMode.isEnabled() && inputs.get(i).requiresGrad();
        }
        return needs;
    }

    private static DType commonDType(Op<?> op, List<Tensor> inputs) {
        List<Tensor> operands = inputs.subList(0, op.operands());
        DType common = Promotion.common(operands);
        if (common == null) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dtypes="
                    + operands.stream().map(Tensor::dtype).toList()
                    + ", expected a floating-point operand; convert one with to(dtype)");
        }
        return common;
    }

    private static void checkIndices(Op<?> op, List<Tensor> inputs) {
        for (Tensor index : inputs.subList(op.operands(), inputs.size())) {
            if (index.dtype().kind() != DType.Kind.INTEGRAL) {
                throw new IllegalArgumentException("Cannot compute " + op + ": index dtype=" + index.dtype()
                        + ", expected int64, int32 or uint8; convert it with to(dtype)");
            }
        }
    }
}
