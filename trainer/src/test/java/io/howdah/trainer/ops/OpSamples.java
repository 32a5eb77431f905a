// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs on which the conformance test tries each op, by name of the op. */
final class OpSamples {
    static final Map<String, List<Sample>> ALL = new LinkedHashMap<>();

    static {
        PointwiseSamples.addTo(ALL);
        ReductionSamples.addTo(ALL);
        ViewSamples.addTo(ALL);
        IndexingSamples.addTo(ALL);
        MatrixSamples.addTo(ALL);
        ConvolutionSamples.addTo(ALL);
        NormalisationSamples.addTo(ALL);
        LossSamples.addTo(ALL);
        SequenceSamples.addTo(ALL);
    }

    private OpSamples() {}
}
