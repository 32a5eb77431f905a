// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every layer of {@link LayerTable}. */
class LayerConformanceTest {
    private static GoldenLayers golden;

    static List<LayerCase> layers() {
        return LayerTable.all();
    }

    @BeforeAll
    static void read() throws IOException {
        golden = new GoldenLayers();
    }

    @AfterAll
    static void close() {
        golden.close();
    }

    private static Layer layer(LayerCase row) {
        Layer layer = row.make().apply(new Philox(3, 0));
        layer.loadStateDict(golden.state(row.name()));
        return layer;
    }

    private static Tensor input(LayerCase row) {
        return golden.tensor(row.name() + "/0/input");
    }

    @Test
    void everyLayerIsInTheTable() {
        Set<String> missing = new HashSet<>();
        new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.howdah.trainer.nn")
                        .stream()
                        .filter(type -> type.isAssignableTo(Layer.class)
                                && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::getSimpleName)
                        .forEach(missing::add);
        for (LayerCase row : layers()) {
            missing.remove(layer(row).getClass().getSimpleName());
        }
        assertThat(missing).as("layers without a row").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void printsItselfAsATree(LayerCase row) {
        Layer layer = layer(row);
        assertThat(layer.toString()).startsWith(layer.getClass().getSimpleName() + "(");
        assertThat(layer.toString().lines()).hasSize(layer.modules().size());
        layer.close();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void itsStateMakesTwins(LayerCase row) {
        Layer layer = layer(row);
        Layer twin = row.make().apply(new Philox(4, 0));
        twin.loadStateDict(layer.stateDict());
        layer.stateDict()
                .forEach((name, tensor) -> assertThat(twin.stateDict().get(name).toDoubles())
                        .as(name)
                        .containsExactly(tensor.toDoubles()));
        assertThat(results(layer, input(row))).containsExactly(results(twin, input(row)));
        layer.close();
        twin.close();
    }

    private static double[] results(Layer layer, Tensor x) {
        layer.evaluate();
        try (GradMode.Scope quiet = GradMode.noGrad();
                StepScope scope = StepScope.open()) {
            return layer.forward(x).toDoubles();
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void gradientsReachEveryParameterThatIsNotFrozen(LayerCase row) {
        Layer layer = layer(row);
        backward(layer, input(row));
        layer.parameters().forEach((name, parameter) -> {
            SparseRows rows = Gradients.takeSparse(parameter);
            Tensor gradient = rows == null ? parameter.grad() : rows.toDense();
            assertThat(gradient).as(name).isNotNull();
            assertThat(Arrays.stream(gradient.toDoubles())).as(name).anyMatch(value -> value != 0);
            if (rows != null) {
                gradient.close();
                rows.close();
            }
        });
        layer.clearGradients();
        layer.freeze();
        backward(layer, input(row));
        layer.parameters()
                .forEach((name, parameter) ->
                        assertThat(parameter.grad()).as(name).isNull());
        layer.close();
    }

    private static void backward(Layer layer, Tensor input) {
        Randomness.current().seed(5);
        try (StepScope scope = StepScope.open()) {
            Tensor x = input.detached();
            if (x.dtype().isFloating()) {
                Autograd.requireGrad(x);
            }
            Tensor output = layer.forward(x);
            if (output.requiresGrad()) {
                Tensor seed =
                        Initialisation.normal(new Philox(6, 0), output.shape().sizes());
                Autograd.backward(output, seed, Autograd.SavedTensors.FREE);
            }
            if (x.requiresGrad()) {
                assertThat(x.grad()).isNotNull();
                Gradients.clear(x);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void isItsFunction(LayerCase row) {
        LayerCase.Stateless function = row.function();
        if (function == null) {
            assertThat(layer(row).children()).as("a layer made of layers").isNotEmpty();
            return;
        }
        for (Mode mode : Mode.values()) {
            Layer layer = layer(row);
            layer.switchTo(mode);
            try (GradMode.Scope quiet = GradMode.noGrad();
                    StepScope scope = StepScope.open()) {
                Map<String, Tensor> state = new LinkedHashMap<>();
                golden.state(row.name()).forEach((name, tensor) -> state.put(name, copy(tensor)));
                Randomness.current().seed(8);
                double[] expected = function.of(state, input(row), mode).toDoubles();
                Randomness.current().seed(8);
                assertThat(layer.forward(input(row)).toDoubles())
                        .as(mode.toString())
                        .containsExactly(expected);
            }
            layer.close();
        }
    }

    private static Tensor copy(Tensor tensor) {
        Tensor copy = Tensor.empty(tensor.dtype(), tensor.shape());
        copy.buffer().put(tensor.buffer());
        return copy;
    }

    @ParameterizedTest
    @MethodSource("layers")
    void errorsNameItsPathAndTheInput(LayerCase row) {
        Layer layer = layer(row);
        Module model = new ModuleList<>(List.of(new ModuleList<>(List.of(layer))));
        Tensor wrong = Tensor.zeros(DType.BOOL, Shape.of(1, 1, 2, 1, 3));
        boolean takesAnything = takesAnything(layer);
        if (!takesAnything) {
            assertThatThrownBy(() -> layer.forward(wrong))
                    .isInstanceOf(LayerException.class)
                    .hasMessageStartingWith("Cannot run 0.0")
                    .hasMessageContaining("[1, 1, 2, 1, 3]")
                    .hasMessageContaining(", expected ")
                    .hasMessageContaining("; reshape or convert the input");
        }
        wrong.close();
        model.close();
    }

    /** Some functions are defined for all inputs. */
    private static boolean takesAnything(Layer layer) {
        return layer instanceof ChannelsLast
                || layer instanceof Flatten
                || layer instanceof Activation
                || layer instanceof PRelu;
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void dropoutDropsInTrainingAlone(Mode mode) {
        Dropout dropout = new Dropout(0.5);
        dropout.switchTo(mode);
        Randomness.current().seed(1);
        try (StepScope scope = StepScope.open()) {
            Tensor ones = Initialisation.constant(1, 1000);
            double[] values = dropout.forward(ones).toDoubles();
            Set<Double> distinct = new HashSet<>();
            for (double value : values) {
                distinct.add(value);
            }
            assertThat(distinct)
                    .containsExactlyInAnyOrderElementsOf(mode == Mode.TRAINING ? Set.of(0.0, 2.0) : Set.of(1.0));
        }
    }
}
