// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the values of one case into objects: tensors, lists, slices, dtypes, numbers (long or double), booleans, text,
 * {@link Ellipsis} and null.
 */
final class GoldenValues {
    /** Where the tensors of a case lie in memory. */
    enum Layout {
        /** As the case says. */
        GIVEN,
        /** Column-major with holes, behind an offset. */
        SCATTERED
    }

    /** A Python slice; null means left out. */
    record Slice(
            @Nullable Long start,
            @Nullable Long stop,
            @Nullable Long step) {}

    /** The index {@code ...} */
    enum Ellipsis {
        ELLIPSIS
    }

    private final GoldenFolder folder;
    private final Layout layout;
    private final Map<String, Tensor> storages = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private final List<Tensor> leaves = new ArrayList<>();

    GoldenValues(GoldenFolder folder, Layout layout) {
        this.folder = folder;
        this.layout = layout;
    }

    /** The tensors read so far that require gradients, in order. */
    List<Tensor> leaves() {
        return leaves;
    }

    /** Notes which storages {@code node} shares among its tensors; those keep their layout. */
    void countUses(JsonNode node) {
        for (JsonNode name : node.findValues("tensor")) {
            uses.merge(name.asText(), 1, Integer::sum);
        }
    }

    @Nullable
    Object read(JsonNode node) {
        if (node.has("tensor")) {
            return tensor(node);
        }
        if (node.has("list")) {
            List<@Nullable Object> list = new ArrayList<>();
            node.get("list").forEach(element -> list.add(read(element)));
            return list;
        }
        if (node.has("slice")) {
            JsonNode bounds = node.get("slice");
            return new Slice(bound(bounds.get(0)), bound(bounds.get(1)), bound(bounds.get(2)));
        }
        if (node.has("dtype")) {
            return DType.named(node.get("dtype").asText());
        }
        return node.has("ellipsis") ? Ellipsis.ELLIPSIS : scalar(node.path("v"));
    }

    private static @Nullable Long bound(JsonNode node) {
        return node.isNull() ? null : Long.valueOf(node.has("v") ? node.get("v").asLong() : node.asLong());
    }

    private static @Nullable Object scalar(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.asLong();
        }
        if (node.isNumber()) {
            return node.asDouble();
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        return node.isTextual() ? node.asText() : null;
    }

    private Tensor tensor(JsonNode node) {
        String name = node.get("tensor").asText();
        DType dtype = DType.named(node.get("dtype").asText());
        Tensor storage = storages.computeIfAbsent(name, key -> folder.storage(key, dtype));
        Shape shape = Shape.of(longs(node.get("shape")));
        Tensor tensor = node.has("strides")
                ? storage.view(
                        shape, longs(node.get("strides")), node.path("offset").asLong())
                : storage.reshaped(shape);
        if (layout == Layout.SCATTERED && uses.getOrDefault(name, 0) == 1 && !overlaps(tensor)) {
            tensor = scattered(tensor);
        }
        if (node.path("requires_grad").asBoolean()) {
            leaves.add(Autograd.requireGrad(tensor));
        }
        return tensor;
    }

    static long[] longs(JsonNode array) {
        long[] longs = new long[array.size()];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = array.get(i).asLong();
        }
        return longs;
    }

    private static boolean overlaps(Tensor tensor) {
        for (int i = 0; i < tensor.shape().rank(); i++) {
            if (tensor.size(i) > 1 && tensor.stride(i) == 0) {
                return true;
            }
        }
        return false;
    }

    private static Tensor scattered(Tensor source) {
        int rank = source.shape().rank();
        long[] strides = new long[rank];
        long step = 2;
        for (int i = 0; i < rank; i++) {
            strides[i] = step;
            step *= Math.max(1, source.size(i));
        }
        Tensor space = Tensor.zeros(source.dtype(), Shape.of(step + 1));
        Tensor target = space.view(source.shape(), strides, 1);
        Deque<Long> from = new ArrayDeque<>();
        Elements.forEach(source, from::add);
        Elements.forEach(target, address -> copyElement(source.dtype(), from.remove(), address));
        return target;
    }

    private static void copyElement(DType dtype, long from, long to) {
        if (dtype.isFloating()) {
            Elements.put(dtype, to, Elements.get(dtype, from));
        } else {
            Elements.putLong(dtype, to, Elements.getLong(dtype, from));
        }
    }
}
