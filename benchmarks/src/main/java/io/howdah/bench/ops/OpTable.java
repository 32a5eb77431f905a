// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The operations that {@code bench ops} measures: those of the peer's table, and a few of our own. */
final class OpTable {
    private OpTable() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            MatrixCases.addTo(cases, dtype);
            MemoryCases.addTo(cases, dtype);
        }
        MemoryCases.addTo(cases);
        TrainingCases.addTo(cases);
        return cases;
    }

    /** Normally distributed numbers, the same in every run. */
    static Tensor random(DType dtype, long... sizes) {
        Philox random = new Philox(17, 0);
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        // The sum of three uniform numbers is near enough to normal for a benchmark.
        Elements.forEach(
                tensor,
                address -> Elements.put(
                        dtype, address, 2 * (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5)));
        return tensor.keep();
    }

    /** Numbers from 0 to below {@code bound}. */
    static Tensor indices(long count, long bound) {
        Philox random = new Philox(18, 0);
        Tensor tensor = Tensor.empty(DType.INT64, Shape.of(count));
        Elements.forEach(tensor, address -> Elements.put(DType.INT64, address, (long) (random.nextDouble() * bound)));
        return tensor.keep();
    }
}
