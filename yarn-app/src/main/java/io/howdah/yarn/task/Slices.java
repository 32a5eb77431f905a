// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.yarn.umbilical.proto.Assignment;
import java.util.List;
import java.util.stream.IntStream;

/** Which logical workers each worker process computes: v belongs to process v mod W. */
final class Slices {
    private Slices() {}

    static List<Integer> of(int worker, Assignment assignment) {
        return IntStream.range(0, assignment.getLogicalWorkers())
                .filter(logical -> logical % assignment.getWorkers() == worker)
                .boxed()
                .toList();
    }
}
