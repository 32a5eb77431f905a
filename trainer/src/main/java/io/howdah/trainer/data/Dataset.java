// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A set of examples with a fixed size and order.
 *
 * <p>The outside implements it (on HDFS: {@code io.howdah.hdfs}); {@link InMemoryDataset} serves tests and programs
 * that bring their own arrays.
 */
public interface Dataset extends AutoCloseable {
    /** The columns of every example. */
    List<Column> columns();

    /** The runs of examples that can be read alone, in the dataset's own order. */
    List<Split> splits();

    /** Facts that models need, for instance {@code vocabulary} or {@code sequence.length}. */
    Map<String, String> properties();

    /** Opens a reader that continues at {@code from}. */
    ExampleReader open(ReadOrder order, Position from) throws IOException;

    /** Number of examples in all splits. */
    default long examples() {
        return splits().stream().mapToLong(Split::examples).sum();
    }

    @Override
    void close() throws IOException;
}
