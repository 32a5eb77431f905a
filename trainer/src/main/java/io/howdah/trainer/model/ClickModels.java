// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.Map;

/**
 * Models that tell whether something is clicked, from the columns {@code ids} [B, F·H], integers, and {@code dense} [B, D]; the
 * column {@code label} [B] is 0 or 1.
 */
final class ClickModels {
    /** Name in {@link Models}. */
    static final String WIDE_AND_DEEP = "wide-and-deep";

    /** Name in {@link Models}. */
    static final String DEEPFM = "deepfm";

    /** Name in {@link Models}. */
    static final String DLRM = "dlrm";

    private static final String IDS = "ids";
    private static final String DENSE = "dense";

    private ClickModels() {}

    static TrainableModel wideAndDeep(Config config, Map<String, String> properties, long seed) {
        ClickSizes sizes = single(WIDE_AND_DEEP, ClickSizes.of(config, new DatasetProperties(properties)));
        return model(
                WIDE_AND_DEEP,
                sizes,
                new WideAndDeep(sizes, config.get(ClickKeys.HIDDEN), config.get(ClickKeys.DROPOUT), random(seed)));
    }

    static TrainableModel deepFm(Config config, Map<String, String> properties, long seed) {
        ClickSizes sizes = single(DEEPFM, ClickSizes.of(config, new DatasetProperties(properties)));
        return model(
                DEEPFM,
                sizes,
                new DeepFm(sizes, config.get(ClickKeys.HIDDEN), config.get(ClickKeys.DROPOUT), random(seed)));
    }

    static TrainableModel dlrm(Config config, Map<String, String> properties, long seed) {
        ClickSizes sizes = ClickSizes.of(config, new DatasetProperties(properties));
        return model(
                DLRM, sizes, new Dlrm(sizes, config.get(ClickKeys.BOTTOM), config.get(ClickKeys.TOP), random(seed)));
    }

    private static Philox random(long seed) {
        return new Philox(seed, 0);
    }

    private static ClickSizes single(String name, ClickSizes sizes) {
        if (sizes.idsPerField() != 1) {
            throw new IllegalArgumentException("Cannot create model: name=" + name + " with dataset property"
                    + " ids.per.field=" + sizes.idsPerField() + ", expected 1; use " + DLRM + ", which sums them");
        }
        return sizes;
    }

    private static TrainableModel model(String name, ClickSizes sizes, ClickNetwork network) {
        return new LabelledModel(
                name,
                network,
                batch -> network.forward(ids(batch, sizes), dense(batch, sizes)),
                LabelTask.answer(),
                new RemoteTables(network.tables()));
    }

    static Tensor ids(Batch batch, ClickSizes sizes) {
        Tensor ids = batch.column(IDS);
        check(IDS, ids, (long) sizes.fields() * sizes.idsPerField());
        return ids;
    }

    private static Tensor dense(Batch batch, ClickSizes sizes) {
        Tensor dense = batch.column(DENSE);
        check(DENSE, dense, sizes.dense());
        return dense.dtype() == DType.FLOAT32 ? dense : Casts.to(dense, DType.FLOAT32);
    }

    private static void check(String name, Tensor column, long width) {
        if (column.shape().rank() != 2 || column.size(1) != width) {
            throw new IllegalArgumentException("Cannot predict: column " + name + "=" + column + ", expected [B, "
                    + width + "] as the dataset's properties say; convert the dataset");
        }
    }
}
