// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * x[…] and x[…] = value, as in PyTorch: integers, slices, the ellipsis and new axes make views; index tensors, broadcast
 * to each other, and masks make copies. A scalar index tensor counts as an integer. The dimensions of the index tensors take the place of the indexed dimensions
 * where these are adjacent, else they come first.
 */
public final class Subscript {
    private Subscript() {}

    /** x[indices…]: a view unless there is a tensor among the indices. */
    public static Tensor get(Tensor x, Index... indices) {
        return Composite.of(() -> {
            Place place = Place.of(x, indices);
            if (place.tensors().isEmpty()) {
                return place.view() == x ? Views.expandAs(x, x) : place.view();
            }
            return Dispatcher.call(Indexing.INDEX, place.pick(), place.inputs(place.view()));
        });
    }

    /** x[indices…] = value, converted and broadcast; returns x. */
    public static Tensor set(Tensor x, Tensor value, Index... indices) {
        return Composite.of(() -> {
            Place place = Place.of(x, indices);
            if (place.tensors().isEmpty()) {
                Copies.copyInPlace(
                        place.view(), withoutLeadingOnes(value, place.view().shape()));
            } else {
                write(place, Casts.to(value, x.dtype()), Scatter.SET);
            }
            return x;
        });
    }

    /** x[indices…] = value; returns x. */
    public static Tensor set(Tensor x, double value, Index... indices) {
        return set(x, Tensor.scalar(x.dtype(), value), indices);
    }

    /**
     * x with the elements that the indices select replaced by {@code values}, broadcast, or added to.
     *
     * @param accumulate whether to add; then duplicates all count
     */
    public static Tensor indexPut(Tensor x, Tensor values, boolean accumulate, Index... indices) {
        return Composite.of(() -> {
            Tensor copy = Copies.clone(x);
            write(Place.of(copy, indices), values, accumulate ? Scatter.ADD : Scatter.SET);
            return copy;
        });
    }

    /** {@link #indexPut} into x; returns x. */
    public static Tensor indexPutInPlace(Tensor x, Tensor values, boolean accumulate, Index... indices) {
        return Composite.of(() -> {
            write(Place.of(x, indices), values, accumulate ? Scatter.ADD : Scatter.SET);
            return x;
        });
    }

    private static void write(Place place, Tensor values, Scatter function) {
        if (place.tensors().isEmpty()) {
            if (function == Scatter.ADD) {
                Arithmetic.addInPlace(place.view(), values);
            } else {
                Copies.copyInPlace(place.view(), values);
            }
            return;
        }
        Tensor[] others = place.inputs(values);
        Overlap.checkApart("indexPut", place.view(), others);
        Dispatcher.write(Indexing.INDEX_PUT, new Indexing.Put(place.pick(), function), place.view(), others);
    }

    private static Tensor withoutLeadingOnes(Tensor value, Shape shape) {
        int extra = value.shape().rank() - shape.rank();
        for (int d = 0; d < extra; d++) {
            if (value.size(d) != 1) {
                return value;
            }
        }
        long[] sizes = value.shape().sizes();
        return extra > 0 ? Views.view(value, Arrays.copyOfRange(sizes, extra, sizes.length)) : value;
    }

    /**
     * What indices without and with tensors select.
     *
     * @param view the tensor after the former
     * @param dimensions the dimensions of the view that are indexed by tensors
     * @param tensors one index tensor for each
     */
    private record Place(Tensor view, List<Integer> dimensions, List<Tensor> tensors) {
        static Place of(Tensor x, Index... indices) {
            int consumed = 0;
            int rests = 0;
            for (Index index : indices) {
                consumed += consumed(index);
                rests += index instanceof Index.Rest ? 1 : 0;
            }
            if (consumed > x.shape().rank() || rests > 1) {
                throw new IndexOutOfBoundsException("Cannot compute index: indices=" + Arrays.toString(indices)
                        + ", expected places for at most the " + x.shape().rank() + " dimensions of " + x.shape()
                        + " and one ellipsis; leave some out");
            }
            Builder builder = new Builder(x, x.shape().rank() - consumed);
            for (Index index : indices) {
                builder.add(index);
            }
            return new Place(builder.view, builder.dimensions, builder.tensors);
        }

        private static int consumed(Index index) {
            if (index instanceof Index.Of of) {
                return of.tensor().dtype() == DType.BOOL ? of.tensor().shape().rank() : 1;
            }
            return index instanceof Index.At || index instanceof Index.Range ? 1 : 0;
        }

        AdvancedIndex.Pick pick() {
            return new AdvancedIndex.Pick(
                    dimensions.stream().mapToInt(Integer::intValue).toArray(), true);
        }

        Tensor[] inputs(Tensor first) {
            List<Tensor> inputs = new ArrayList<>(tensors);
            inputs.add(0, first);
            return inputs.toArray(new Tensor[0]);
        }
    }

    /** Applies indices one by one. */
    private static final class Builder {
        private final List<Integer> dimensions = new ArrayList<>();
        private final List<Tensor> tensors = new ArrayList<>();

        /** How many dimensions the ellipsis stands for. */
        private final int rest;

        private Tensor view;
        private int next;

        Builder(Tensor view, int rest) {
            this.view = view;
            this.rest = rest;
        }

        void add(Index index) {
            if (index instanceof Index.At at) {
                view = Slices.select(view, next, at.index());
            } else if (index instanceof Index.Range range) {
                boolean whole = range.start() == 0 && range.end() == Slices.END && range.step() == 1;
                view = whole ? view : Slices.slice(view, next, range.start(), range.end(), range.step());
                next++;
            } else if (index instanceof Index.NewAxis) {
                view = Views.unsqueeze(view, next++);
            } else if (index instanceof Index.Rest) {
                next += rest;
            } else if (index instanceof Index.Of of) {
                addTensor(of.tensor());
            }
        }

        private void addTensor(Tensor tensor) {
            if (tensor.dtype() == DType.BOOL) {
                addMask(tensor);
            } else if (tensor.dtype() == DType.UINT8) {
                throw new IllegalArgumentException("Cannot compute index: dtype=uint8, which is a mask in older code,"
                        + " expected int64, int32 or bool; convert it with to(dtype)");
            } else if (tensor.shape().rank() == 0 && tensor.dtype().kind() == DType.Kind.INTEGRAL) {
                add(Index.at(tensor.toLongs()[0]));
            } else {
                append(tensor);
            }
        }

        private void addMask(Tensor mask) {
            int rank = mask.shape().rank();
            if (rank == 0) {
                view = Views.unsqueeze(view, next);
                append(Tensor.zeros(DType.INT64, Shape.of(mask.item() != 0 ? 1 : 0)));
                return;
            }
            for (int d = 0; d < rank; d++) {
                if (mask.size(d) != view.size(next + d)) {
                    throw new IndexOutOfBoundsException("Cannot compute index: mask=" + mask.shape()
                            + ", expected the sizes of " + view.shape() + " from dimension " + next
                            + " on; correct the mask");
                }
            }
            Tensor places = Masks.nonzero(mask);
            for (int d = 0; d < rank; d++) {
                append(Slices.select(places, 1, d));
            }
        }

        private void append(Tensor tensor) {
            dimensions.add(next++);
            tensors.add(tensor);
        }
    }
}
