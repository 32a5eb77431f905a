// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Function;

/**
 * Examples as vectors: the column {@code features} [B, n] of a dataset with the property {@code features} = n, or the
 * images of one that has images, end to end.
 *
 * @param width n
 * @param read a batch to [B, n], float32
 */
record FeatureColumn(long width, Function<Batch, Tensor> read) {
    /** The column, and the property that tells its width. */
    static final String FEATURES = "features";

    static FeatureColumn of(DatasetProperties properties) {
        if (!properties.has(FEATURES) && properties.has(ImageColumn.HEIGHT)) {
            ImageColumn images = ImageColumn.of(properties);
            long width = (long) images.channels() * images.height() * images.width();
            return new FeatureColumn(width, batch -> Views.flatten(images.read(batch), 1, -1));
        }
        return new FeatureColumn(properties.number(FEATURES, 1), FeatureColumn::features);
    }

    private static Tensor features(Batch batch) {
        Tensor column = batch.column(FEATURES);
        return column.dtype() == DType.FLOAT32 ? column : Casts.to(column, DType.FLOAT32);
    }
}
