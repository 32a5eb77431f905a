// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array over off-heap memory: storage, shape, strides, offset and dtype, plus what autograd attaches.
 * Views share the storage. Methods here move and convert elements; mathematics lives in {@code ops}.
 *
 * <p>Not safe for concurrent use, except that any number of threads may read a tensor that nobody writes.
 */
public final class Tensor implements AutoCloseable {
    private final Storage storage;
    private final DType dtype;
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private @Nullable AutogradMeta meta;

    private Tensor(Storage storage, DType dtype, Shape shape, long[] strides, long offset) {
        this.storage = storage;
        this.dtype = dtype;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** A new contiguous tensor with arbitrary contents. */
    public static Tensor empty(DType dtype, Shape shape) {
        Storage storage = Storage.allocate(shape.elements() * dtype.bytes());
        return new Tensor(storage, dtype, shape, shape.contiguousStrides(), 0);
    }

    /**
     * A new tensor with arbitrary contents whose elements lie as {@code strides} say, in a storage that just holds them.
     *
     * @param strides in elements, none below 0
     */
    public static Tensor emptyStrided(DType dtype, Shape shape, long... strides) {
        long extent = extent(shape, strides);
        Storage storage = Storage.allocate(extent * dtype.bytes());
        return new Tensor(storage, dtype, shape, strides.clone(), 0);
    }

    /** How many elements lie between the first and the last one, both included; 0 if there are none. */
    private static long extent(Shape shape, long[] strides) {
        long last = 0;
        for (int i = 0; i < strides.length; i++) {
            last += strides[i] * Math.max(0, shape.size(i) - 1);
        }
        return shape.elements() == 0 ? 0 : last + 1;
    }

    /** A new scalar: an element without dimensions. */
    public static Tensor scalar(DType dtype, double value) {
        Tensor tensor = empty(dtype, Shape.of());
        Elements.put(dtype, tensor.storage.address(), value);
        return tensor;
    }

    /** A new contiguous tensor of zeros. */
    public static Tensor zeros(DType dtype, Shape shape) {
        Tensor tensor = empty(dtype, shape);
        Memory.fill(tensor.storage.address(), shape.elements() * dtype.bytes(), (byte) 0);
        return tensor;
    }

    /** A new float32 tensor with these elements in row-major order. */
    public static Tensor of(float[] elements, long... sizes) {
        Tensor tensor = empty(DType.FLOAT32, checkedShape(elements.length, sizes));
        Memory.copy(elements, 0, tensor.storage.address(), elements.length);
        return tensor;
    }

    /** A new float64 tensor with these elements in row-major order. */
    public static Tensor of(double[] elements, long... sizes) {
        Tensor tensor = empty(DType.FLOAT64, checkedShape(elements.length, sizes));
        tensor.buffer().asDoubleBuffer().put(elements);
        return tensor;
    }

    /** A new int64 tensor with these elements in row-major order. */
    public static Tensor of(long[] elements, long... sizes) {
        Tensor tensor = empty(DType.INT64, checkedShape(elements.length, sizes));
        tensor.buffer().asLongBuffer().put(elements);
        return tensor;
    }

    /** A new int32 tensor with these elements in row-major order. */
    public static Tensor of(int[] elements, long... sizes) {
        Tensor tensor = empty(DType.INT32, checkedShape(elements.length, sizes));
        tensor.buffer().asIntBuffer().put(elements);
        return tensor;
    }

    /** A new uint8 tensor with these elements in row-major order. */
    public static Tensor of(byte[] elements, long... sizes) {
        Tensor tensor = empty(DType.UINT8, checkedShape(elements.length, sizes));
        tensor.buffer().put(elements);
        return tensor;
    }

    /** A new bool tensor with these elements in row-major order. */
    public static Tensor of(boolean[] elements, long... sizes) {
        Tensor tensor = empty(DType.BOOL, checkedShape(elements.length, sizes));
        for (int i = 0; i < elements.length; i++) {
            Memory.putByte(tensor.storage.address() + i, (byte) (elements[i] ? 1 : 0));
        }
        return tensor;
    }

    private static Shape checkedShape(int length, long[] sizes) {
        Shape shape = Shape.of(sizes);
        if (shape.elements() != length) {
            throw new IllegalArgumentException("Cannot make tensor: elements=" + length + ", expected "
                    + shape.elements() + " for shape " + shape + "; correct the shape");
        }
        return shape;
    }

    /** A tensor over the same storage with another shape, strides (in elements) and offset (in elements). */
    public Tensor view(Shape newShape, long[] newStrides, long newOffset) {
        boolean inside = newStrides.length == newShape.rank() && newOffset >= 0;
        long last = newOffset;
        for (int i = 0; i < newStrides.length && inside; i++) {
            inside = newStrides[i] >= 0;
            last += newStrides[i] * Math.max(0, newShape.size(i) - 1);
        }
        if (!inside || newShape.elements() > 0 && (last + 1) * dtype.bytes() > storage.bytes()) {
            throw new IllegalArgumentException("Cannot view tensor: shape=" + newShape + " strides="
                    + Arrays.toString(newStrides) + " offset=" + newOffset + ", expected to stay inside the storage of "
                    + storage.bytes() + " bytes; correct the view");
        }
        return new Tensor(storage, dtype, newShape, newStrides.clone(), newOffset);
    }

    /** {@link #view} whose offset counts from this tensor's first element. */
    public Tensor subview(Shape newShape, long[] newStrides, long relativeOffset) {
        return view(newShape, newStrides, offset + relativeOffset);
    }

    /** The same elements under another shape; needs a contiguous tensor. */
    public Tensor reshaped(Shape newShape) {
        if (newShape.elements() != shape.elements() || !isContiguous()) {
            throw new IllegalArgumentException("Cannot reshape tensor: shape=" + shape + " strides="
                    + Arrays.toString(strides) + " to " + newShape
                    + ", expected a contiguous tensor and as many elements; copy it first or correct the shape");
        }
        return new Tensor(storage, dtype, newShape, newShape.contiguousStrides(), offset);
    }

    /** A tensor over the same storage without autograd. */
    public Tensor detached() {
        return new Tensor(storage, dtype, shape, strides, offset);
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public long size(int dimension) {
        return shape.size(dimension);
    }

    public long elements() {
        return shape.elements();
    }

    /** Strides in elements. */
    public long[] strides() {
        return strides.clone();
    }

    /** Stride of one dimension in elements; negative numbers count from the last. */
    public long stride(int dimension) {
        return strides[dimension < 0 ? dimension + strides.length : dimension];
    }

    /** Whether both tensors are views of one storage. */
    public boolean sharesStorage(Tensor other) {
        return storage == other.storage;
    }

    /**
     * Whether [N, C, …] was laid out as [N, …, C]. Strides of dimensions of one element count, so that images of one channel
     * are told apart, as in PyTorch.
     */
    public boolean isChannelsLast() {
        int rank = strides.length;
        return rank >= 3
                && strides[1] == 1
                && strides[rank - 1] == shape.size(1)
                && Arrays.equals(strides, shape.channelsLastStrides());
    }

    public boolean isContiguous() {
        long expected = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            long size = shape.size(i);
            if (size != 1 && strides[i] != expected) {
                return shape.elements() == 0;
            }
            expected *= size;
        }
        return true;
    }

    /**
     * Address of the first element. Kernels that use it must keep this tensor reachable until they are done ({@link
     * java.lang.ref.Reference#reachabilityFence}).
     */
    public long address() {
        return storage.address() + offset * dtype.bytes();
    }

    /** The bytes of a contiguous tensor as a little-endian direct buffer that shares its memory. */
    public ByteBuffer buffer() {
        if (!isContiguous()) {
            throw new IllegalStateException("Cannot take the bytes of tensor: shape=" + shape + " strides="
                    + Arrays.toString(strides) + ", expected a contiguous tensor; copy it first");
        }
        return storage.buffer(offset * dtype.bytes(), shape.elements() * dtype.bytes());
    }

    /** Distance, in elements, of the first element from the start of the storage. */
    public long offset() {
        return offset;
    }

    /** Throws if the storage was released. */
    public void checkLive() {
        storage.checkLive();
    }

    /**
     * Says that new elements are on their way: the first use of the memory, through this tensor or any view of it, runs {@code
     * arrival}, which waits for them. Where it throws, that use throws, and so does every later one. Whoever brings the
     * elements writes through {@link #landing}.
     */
    public void expect(Runnable arrival) {
        storage.expect(arrival, null);
    }

    /**
     * {@link #expect(Runnable)} of elements that come in another dtype: {@code arrival} converts {@code twin}, whose memory
     * stays as it is until the next call, and whoever wants that dtype need not wait for the conversion.
     */
    public void expect(Runnable arrival, Tensor twin) {
        storage.expect(arrival, twin);
    }

    /** Ends {@link #expect}: the memory is used as it is. */
    public void expectNothing() {
        storage.expect(null, null);
    }

    /** A tensor with the same elements in {@code wanted}, if they came so and this is the whole of them; else null. */
    public @Nullable Tensor twin(DType wanted) {
        Tensor twin = storage.twin();
        boolean same =
                twin != null && twin.dtype == wanted && offset == 0 && isContiguous() && shape.equals(twin.shape);
        return same ? twin : null;
    }

    /** Runs the arrival that {@link #expect} announced, if it has not run. */
    public void settle() {
        storage.settle();
    }

    /** The same memory, without autograd, for whoever brings what this tensor {@linkplain #expect expects}. */
    public Tensor landing() {
        return new Tensor(storage.landing(), dtype, shape, strides, offset);
    }

    Storage storage() {
        return storage;
    }

    /** Marks the storage as needed by the autograd graph, until {@link #unsave}. For autograd alone. */
    public void save() {
        storage.save();
    }

    /** Ends a {@link #save}; frees what nobody but the graph could refer to. For autograd alone. */
    public void unsave() {
        storage.unsave();
    }

    /** Leaves a {@linkplain #save saved} tensor to the graph: it goes with the last save. False where it is not saved. */
    public boolean hide() {
        return storage.hide();
    }

    /** Whether nobody but the autograd graph can refer to the storage, so that it goes with the graph. */
    public boolean isHidden() {
        return storage.isHidden();
    }

    /** How often this storage was written in place. */
    public int version() {
        return storage.version();
    }

    /** Records an in-place write; every kernel that writes to an existing tensor calls it. */
    public void bumpVersion() {
        storage.bumpVersion();
    }

    /** Takes this tensor out of the {@link StepScope} that would release it. */
    public Tensor keep() {
        StepScope.forget(storage);
        return this;
    }

    /** Whether a {@link StepScope} will release this tensor. */
    public boolean isScoped() {
        return storage.scope() != null;
    }

    /** Releases the storage, of all views too; later use of any of them throws. Closing twice does nothing. */
    @Override
    public void close() {
        StepScope.forget(storage);
        storage.release();
    }

    public boolean isReleased() {
        return storage.isReleased();
    }

    public boolean requiresGrad() {
        return meta != null && meta.requiresGrad();
    }

    /** The accumulated gradient of a leaf, or null. */
    public @Nullable Tensor grad() {
        return meta == null ? null : meta.grad();
    }

    /** For autograd alone. */
    public @Nullable AutogradMeta meta() {
        return meta;
    }

    /** For autograd alone. */
    public void attach(@Nullable AutogradMeta newMeta) {
        this.meta = newMeta;
    }

    /** The single element of a floating-point scalar or one-element tensor. */
    public double item() {
        if (elements() != 1) {
            throw new IllegalArgumentException(
                    "Cannot read item: shape=" + shape + ", expected one element; reduce or index the tensor first");
        }
        return Elements.get(dtype, address());
    }

    /** All elements in row-major order, converted to float. */
    public float[] toFloats() {
        float[] floats = new float[Math.toIntExact(elements())];
        int[] next = {0};
        Elements.forEach(this, address -> floats[next[0]++] = (float) Elements.get(dtype, address));
        return floats;
    }

    /** All elements of an integral or bool tensor in row-major order. */
    public long[] toLongs() {
        long[] longs = new long[Math.toIntExact(elements())];
        int[] next = {0};
        Elements.forEach(this, address -> longs[next[0]++] = Elements.getLong(dtype, address));
        return longs;
    }

    /** All elements in row-major order, converted to double. */
    public double[] toDoubles() {
        double[] doubles = new double[Math.toIntExact(elements())];
        int[] next = {0};
        Elements.forEach(this, address -> doubles[next[0]++] = Elements.get(dtype, address));
        return doubles;
    }

    @Override
    public String toString() {
        return "Tensor(" + dtype + ", " + shape + (isReleased() ? ", released)" : ")");
    }
}
