// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.AdaptivePools;
import io.howdah.trainer.ops.AveragePools;
import io.howdah.trainer.ops.AveragePools.Divisor;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Convolutions;
import io.howdah.trainer.ops.MaxPools;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.ops.TransposedConvolutions;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Convolutions and pooling. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    static void addTo(Table table) {
        table.add(
                "nn.functional.conv1d",
                call -> Convolutions.conv1d(
                        call.tensor(0), call.tensor(1, "weight"), call.optionalTensor(2, "bias"), settings(call)));
        table.add(
                "nn.functional.conv2d",
                call -> Convolutions.conv2d(
                        call.tensor(0), call.tensor(1, "weight"), call.optionalTensor(2, "bias"), settings(call)));
        table.add(
                "nn.functional.conv_transpose1d",
                call -> TransposedConvolutions.convTranspose1d(
                        call.tensor(0),
                        call.tensor(1, "weight"),
                        call.optionalTensor(2, "bias"),
                        transposedSettings(call),
                        spatial(call, 5, "output_padding", 0).width()));
        table.add(
                "nn.functional.conv_transpose2d",
                call -> TransposedConvolutions.convTranspose2d(
                        call.tensor(0),
                        call.tensor(1, "weight"),
                        call.optionalTensor(2, "bias"),
                        transposedSettings(call),
                        spatial(call, 5, "output_padding", 0)));
        addPools(table);
    }

    private static void addPools(Table table) {
        table.addAll("nn.functional.max_pool1d", ConvolutionCases::maxPool1d);
        table.addAll("nn.functional.max_pool2d", ConvolutionCases::maxPool2d);
        table.add(
                "nn.functional.avg_pool1d",
                call -> AveragePools.averagePool1d(call.tensor(0), pooling(call, 4), divisor(call)));
        table.add(
                "nn.functional.avg_pool2d",
                call -> AveragePools.averagePool2d(call.tensor(0), pooling(call, 4), divisor(call)));
        table.add(
                "nn.functional.adaptive_avg_pool1d",
                call -> AdaptivePools.adaptiveAveragePool1d(
                        call.tensor(0), outputSize(call, 1).width()));
        table.add(
                "nn.functional.adaptive_avg_pool2d",
                call -> AdaptivePools.adaptiveAveragePool2d(call.tensor(0), outputSize(call, 2)));
        table.addAll(
                "nn.functional.adaptive_max_pool1d",
                call -> listed(
                        call,
                        2,
                        AdaptivePools.adaptiveMaxPool1d(
                                call.tensor(0), outputSize(call, 1).width())));
        table.addAll(
                "nn.functional.adaptive_max_pool2d",
                call -> listed(call, 2, AdaptivePools.adaptiveMaxPool2d(call.tensor(0), outputSize(call, 2))));
    }

    private static ConvolutionSettings settings(GoldenCall call) {
        ConvolutionSettings settings = ConvolutionSettings.DEFAULT
                .withStride(spatial(call, 3, "stride", 1))
                .withDilation(spatial(call, 5, "dilation", 1))
                .withGroups(call.integer(6, "groups", 1));
        if (call.isText(4, "padding")) {
            return call.text(4, "padding").equals("same") ? settings.withSameSize() : settings;
        }
        return settings.withPadding(spatial(call, 4, "padding", 0));
    }

    private static ConvolutionSettings transposedSettings(GoldenCall call) {
        return ConvolutionSettings.DEFAULT
                .withStride(spatial(call, 3, "stride", 1))
                .withPadding(spatial(call, 4, "padding", 0))
                .withGroups(call.integer(6, "groups", 1))
                .withDilation(spatial(call, 7, "dilation", 1));
    }

    private static List<Tensor> maxPool1d(GoldenCall call) {
        Pooling pooling = pooling(call, 5).withDilation(spatial(call, 4, "dilation", 1));
        return call.has(6, "return_indices")
                ? listed(call, 6, MaxPools.maxPool1dWithIndices(call.tensor(0), pooling))
                : List.of(MaxPools.maxPool1d(call.tensor(0), pooling));
    }

    private static List<Tensor> maxPool2d(GoldenCall call) {
        Pooling pooling = pooling(call, 5).withDilation(spatial(call, 4, "dilation", 1));
        return call.has(6, "return_indices")
                ? listed(call, 6, MaxPools.maxPool2dWithIndices(call.tensor(0), pooling))
                : List.of(MaxPools.maxPool2d(call.tensor(0), pooling));
    }

    private static List<Tensor> listed(GoldenCall call, int position, MaxPools.Pooled pooled) {
        return call.flag(position, "return_indices", false)
                ? List.of(pooled.values(), pooled.indices())
                : List.of(pooled.values());
    }

    private static Pooling pooling(GoldenCall call, int ceilPosition) {
        Pooling pooling = Pooling.of(spatial(call, 1, "kernel_size", 0))
                .withPadding(spatial(call, 3, "padding", 0))
                .withCeil(call.flag(ceilPosition, "ceil_mode", false));
        return call.integers(2, "stride").length == 0 ? pooling : pooling.withStride(spatial(call, 2, "stride", 0));
    }

    private static Divisor divisor(GoldenCall call) {
        boolean counted = call.flag(5, "count_include_pad", true);
        if (call.has(6, "divisor_override")) {
            return Divisor.of(call.integer(6, "divisor_override"));
        }
        return counted ? Divisor.ALL : Divisor.INSIDE;
    }

    /** The output size, in which None is the size of the input. */
    private static Spatial outputSize(GoldenCall call, int spatial) {
        if (!call.isList(1, "output_size")) {
            return Spatial.of(call.integer(1, "output_size"));
        }
        List<?> list = call.list(1, "output_size");
        if (list.size() != spatial) {
            throw unfit(call, "output_size", list);
        }
        Tensor x = call.tensor(0);
        int[] sizes = {1, 1};
        for (int d = 1; d <= spatial; d++) {
            Object size = list.get(spatial - d);
            sizes[2 - d] = size == null ? (int) x.size(-d) : ((Number) size).intValue();
        }
        return new Spatial(sizes[0], sizes[1]);
    }

    /** One number for both dimensions, or one each. */
    private static Spatial spatial(GoldenCall call, int position, String name, long otherwise) {
        long[] sizes = call.integers(position, name, otherwise);
        return switch (sizes.length) {
            case 1 -> Spatial.of((int) sizes[0]);
            case 2 -> new Spatial((int) sizes[0], (int) sizes[1]);
            default -> throw unfit(call, name, call.value(position, name));
        };
    }

    private static IllegalArgumentException unfit(GoldenCall call, String name, Object value) {
        return new IllegalArgumentException("Cannot call " + call.op() + ": " + name + "=" + value
                + ", expected one number per spatial dimension; correct it");
    }
}
