// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Edge;
import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.autograd.Node;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The recorded call of an op. */
final class OpNode<A> extends Node {
    private final Op<A> op;
    private final BackwardCall<A> call;

    OpNode(Op<A> op, BackwardCall<A> call, List<@Nullable Edge> edges) {
        super(op.name(), edges);
        this.op = op;
        this.call = call;
    }

    @Override
    protected List<@Nullable Gradient> backward(List<@Nullable Gradient> gradOutputs) {
        Gradient gradient = gradOutputs.get(0);
        return gradient == null ? Collections.nCopies(op.operands(), null) : op.backward(call, gradient);
    }

    @Override
    protected void releaseSaved() {
        call.release();
    }
}
