// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.optim.ElementwiseRule.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Moments} without AMSGrad, by vectors between a tensor's memory and arrays of state; the same bits. */
final class VectorMoments {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private VectorMoments() {}

    /** Two vectors at a time; returns the first element that is left over. */
    static int update(Moments moments, Moments.Factors factors, Place place, float[][] state, int from, int to) {
        ByteBuffer weights = place.weights();
        ByteBuffer gradient = place.gradient();
        float[] first = state[0];
        float[] second = state[1];
        float firstGain = (float) (1 - moments.beta1());
        float secondDecay = (float) moments.beta2();
        float secondGain = (float) (1 - moments.beta2());
        float small = (float) moments.epsilon();
        float keep = factors.keep();
        float penalty = factors.penalty();
        float stepSize = factors.stepSize();
        float root = factors.root();
        int start = place.start();
        int i = from;
        for (; i <= to - 2 * LANES; i += 2 * LANES) {
            int at = start + Float.BYTES * i;
            int next = at + Float.BYTES * LANES;
            FloatVector w = FloatVector.fromByteBuffer(FLOATS, weights, at, ORDER);
            FloatVector nextW = FloatVector.fromByteBuffer(FLOATS, weights, next, ORDER);
            FloatVector g =
                    FloatVector.fromByteBuffer(FLOATS, gradient, at, ORDER).add(w.mul(penalty));
            FloatVector nextG =
                    FloatVector.fromByteBuffer(FLOATS, gradient, next, ORDER).add(nextW.mul(penalty));
            FloatVector m = FloatVector.fromArray(FLOATS, first, i);
            FloatVector nextM = FloatVector.fromArray(FLOATS, first, i + LANES);
            m = m.add(g.sub(m).mul(firstGain));
            nextM = nextM.add(nextG.sub(nextM).mul(firstGain));
            FloatVector v = FloatVector.fromArray(FLOATS, second, i).mul(secondDecay);
            FloatVector nextV = FloatVector.fromArray(FLOATS, second, i + LANES).mul(secondDecay);
            v = v.add(g.mul(g).mul(secondGain));
            nextV = nextV.add(nextG.mul(nextG).mul(secondGain));
            m.intoArray(first, i);
            nextM.intoArray(first, i + LANES);
            v.intoArray(second, i);
            nextV.intoArray(second, i + LANES);
            FloatVector change = m.div(v.sqrt().div(root).add(small)).mul(stepSize);
            FloatVector nextChange =
                    nextM.div(nextV.sqrt().div(root).add(small)).mul(stepSize);
            w.mul(keep).sub(change).intoByteBuffer(weights, at, ORDER);
            nextW.mul(keep).sub(nextChange).intoByteBuffer(weights, next, ORDER);
        }
        return i;
    }
}
