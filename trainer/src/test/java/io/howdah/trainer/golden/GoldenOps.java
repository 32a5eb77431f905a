// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

/** The rows of all families. */
final class GoldenOps {
    static final Table TABLE = new Table();

    static {
        PointwiseCases.addTo(TABLE);
        ReductionCases.addTo(TABLE);
        ViewCases.addTo(TABLE);
        IndexingCases.addTo(TABLE);
        LinearAlgebraCases.addTo(TABLE);
        ConvolutionCases.addTo(TABLE);
        NormalisationCases.addTo(TABLE);
        LossCases.addTo(TABLE);
        SequenceCases.addTo(TABLE);
    }

    private GoldenOps() {}
}
