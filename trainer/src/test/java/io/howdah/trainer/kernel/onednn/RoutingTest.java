// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes to oneDNN, what does not, and what happens where it lacks a primitive. */
@ExtendWith(InStepScope.class)
class RoutingTest {
    private static final Thresholds NONE = Thresholds.NONE;
    private final Agreement samples = new Agreement();
    private final List<Recipe> asked = new ArrayList<>();

    /** Has no primitive for anything. */
    private final Runner incapable = (recipe, operands) -> {
        asked.add(recipe);
        return false;
    };

    @Test
    void takesNoScalarReferenceForFast() {
        assertThat(List.of("ref:any", "ref_int8:any", "gemm:ref", "simple:any")).noneMatch(Routine::isFast);
        assertThat(List.of("jit:avx512_core_bf16", "brg_matmul:avx2", "simple_layer_normalization:any", "jit:uni"))
                .allMatch(Routine::isFast);
    }

    @Test
    void multipliesIn32BitsWhereThereIsNothingFor16() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 8)) {
            Runner narrow = (recipe, operands) -> {
                asked.add(recipe);
                return recipe.slots().get(0).layout().dtype() == DType.FLOAT32 && cache.run(recipe, operands);
            };
            MatrixProducts products = new MatrixProducts(narrow, NONE, new JavaBackend());
            for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
                Tensor a = samples.sample(dtype, 9, 30);
                Tensor b = samples.sample(dtype, 30, 7);
                Tensor out = Tensor.zeros(dtype, Shape.of(9, 7));
                Tensor expected = Tensor.zeros(dtype, out.shape());
                asked.clear();

                assertThat(products.matmul(a, b, null, out)).isTrue();

                Agreement.JAVA.matmul(a, b, null, expected);
                Agreement.assertClose("product", 1, out, expected);
                assertThat(asked).hasSize(2);
            }
        }
    }

    @Test
    void saysSoWhereNothingIsThere() {
        JavaBackend java = new JavaBackend();
        Tensor a = samples.sample(DType.FLOAT32, 8, 8);
        Tensor out = Tensor.zeros(DType.FLOAT32, a.shape());
        assertThat(new MatrixProducts(incapable, NONE, java).matmul(a, a, null, out))
                .isFalse();
        assertThat(new Broadcasts(incapable, NONE).binary(Binary.ADD, a, a, out))
                .isFalse();
        assertThat(new Softmaxes(incapable, NONE, java).softmax(false, a, out)).isFalse();
        assertThat(new Conversions(incapable, NONE).convert(a, out)).isFalse();
        assertThat(out.toFloats()).containsOnly(0);
    }

    @Test
    void leavesSmallTensorsToJava() {
        Pointwise pointwise = new Pointwise(incapable, Thresholds.MEASURED, new JavaBackend());
        for (long size : new long[] {100, 1 << 20}) {
            Tensor in = Tensor.zeros(DType.FLOAT32, Shape.of(size));
            asked.clear();
            assertThat(pointwise.unary(Unary.GELU, 0, 0, in, in)).isFalse();
            assertThat(asked).hasSize(size == 100 ? 0 : 1);
        }
    }

    @Test
    void leavesOtherDtypesToJava() {
        for (DType dtype : new DType[] {DType.FLOAT64, DType.INT64, DType.INT32, DType.UINT8, DType.FLOAT16}) {
            Tensor in = Tensor.zeros(dtype, Shape.of(64));
            assertThat(new Broadcasts(incapable, NONE).binary(Binary.ADD, in, in, in))
                    .isFalse();
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void reordersOperandsOfFreeLayout() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 8)) {
            Tensor a = samples.sample(DType.FLOAT32, 50, 70);
            Tensor b = samples.sample(DType.FLOAT32, 70, 90);
            Tensor out = Tensor.zeros(DType.FLOAT32, Shape.of(50, 90));
            Tensor expected = Tensor.zeros(DType.FLOAT32, out.shape());
            boolean done = Call.of(Family.MATMUL)
                    .reads(DNNL_ARG_SRC, a, Layout.of(a).free())
                    .reads(DNNL_ARG_WEIGHTS, b, Layout.of(b).free())
                    .writes(DNNL_ARG_DST, out, Layout.of(out).free())
                    .run(cache);
            assertThat(done).isTrue();
            Agreement.JAVA.matmul(a, b, null, expected);
            Agreement.assertClose("product", 100, out, expected);
        }
    }

    @Test
    void givesWorkingMemoryBack() {
        long before = Garbage.unreleasedBytes();
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 8);
                Tensor a = Tensor.zeros(DType.FLOAT32, Shape.of(200, 200));
                Tensor b = Tensor.zeros(DType.FLOAT32, Shape.of(200, 200))) {
            for (int i = 0; i < 3; i++) {
                Call.of(Family.MATMUL)
                        .reads(DNNL_ARG_SRC, a, Layout.of(a).free())
                        .reads(DNNL_ARG_WEIGHTS, a, Layout.of(a).free())
                        .writes(DNNL_ARG_DST, b, Layout.of(b).free())
                        .run(cache);
            }
        }
        assertThat(Garbage.unreleasedBytes()).isEqualTo(before);
    }

    @Test
    void tellsRecipesApart() {
        Tensor tensor = Tensor.zeros(DType.FLOAT32, Shape.of(8));
        Call call = Call.of(Family.ELTWISE, dnnl_eltwise_relu).reads(DNNL_ARG_SRC, tensor, Layout.flat(tensor));
        Recipe recipe = call.recipe();
        assertThat(recipe).isEqualTo(call.recipe()).hasSameHashCodeAs(call.recipe());
        assertThat(call.parameters(0.5, 0).recipe()).isNotEqualTo(recipe);
        assertThat(Layout.flat(tensor)).isNotEqualTo(Layout.flat(tensor).free());
        assertThat(Layout.flat(tensor)).isNotEqualTo(Layout.flat(tensor).as(DType.BFLOAT16));
    }
}
