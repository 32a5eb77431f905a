// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models by name and by class, and what they say where something does not fit. */
class ModelsTest {
    private static final Map<String, String> FEATURES = Map.of("features", "6");

    private static Config config(String... pairs) {
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put(pairs[i], pairs[i + 1]);
        }
        return Config.parse(new KeyTable(ModelKeys.ALL), settings);
    }

    /** A class of a user's own. */
    public static final class UserFactory implements ModelFactory {
        @Override
        public TrainableModel create(Config config, Map<String, String> properties, long seed) {
            int width = Integer.parseInt(config.get(ModelKeys.OPTIONS).getOrDefault("width", "1"));
            return Models.create("mlp", config("howdah.model.mlp.hidden", "" + width), properties, seed);
        }
    }

    /** Has no constructor without arguments. */
    public record Closed(int number) implements ModelFactory {
        @Override
        public TrainableModel create(Config config, Map<String, String> properties, long seed) {
            throw new AssertionError("not reached");
        }
    }

    /** Cannot be made. */
    public static final class Failing implements ModelFactory {
        public Failing() {
            throw new IllegalStateException("no network");
        }

        @Override
        public TrainableModel create(Config config, Map<String, String> properties, long seed) {
            throw new AssertionError("not reached");
        }
    }

    private static String nameOf(Class<?> type) {
        return type.getName();
    }

    @Test
    void aClassOfOnesOwnBuildsTheModel() {
        Config config =
                config("howdah.model.class", nameOf(UserFactory.class), "howdah.model.options", "width=5, kind=x");
        assertThat(config.get(ModelKeys.OPTIONS)).isEqualTo(Map.of("width", "5", "kind", "x"));
        TrainableModel model = Models.create(config, FEATURES, 1);
        assertThat(model.module().parameter("0.weight").shape().sizes()).containsExactly(5, 6);
        model.module().close();
    }

    /** Defines the user's class itself, as the loader of a job's jars does. */
    private static final class JarLoader extends ClassLoader {
        JarLoader(ClassLoader parent) {
            super(parent);
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            if (!name.equals(nameOf(UserFactory.class))) {
                return super.loadClass(name);
            }
            try (InputStream in = UserFactory.class.getResourceAsStream("ModelsTest$UserFactory.class")) {
                byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void theContextClassLoaderFindsTheClass() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader jars = new JarLoader(before);
        thread.setContextClassLoader(jars);
        try {
            ModelFactory factory = UserModels.load(nameOf(UserFactory.class));
            assertThat(factory.getClass().getClassLoader()).isSameAs(jars);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void refusesClassesThatAreMissingOrWrong() {
        refuses(
                "com.example.Absent",
                "howdah.model.class=com.example.Absent, expected a class on the job's class path");
        refuses(nameOf(String.class), "expected an implementation of io.howdah.trainer.model.ModelFactory");
        refuses(nameOf(Closed.class), "expected a public class with a public constructor without arguments");
        refuses(nameOf(ModelFactory.class), "expected a public class with a public constructor without arguments");
        refuses(nameOf(Failing.class), "a constructor that returns (java.lang.IllegalStateException: no network)");
    }

    private static void refuses(String name, String message) {
        Config config = config("howdah.model.class", name);
        assertThatThrownBy(() -> Models.create(config, FEATURES, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> config("howdah.model.name", "resnet"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "howdah.model.name=resnet, expected choice, one of " + String.join(", ", Models.names()));
    }

    @ParameterizedTest
    @CsvSource({
        "mlp, classes, features",
        "linear-regression, fields, features",
        "logistic-regression, fields, features",
        "cnn, classes, channels",
        "resnet18, features, channels",
        "deepfm, dense, fields",
        "dlrm, fields, rows.per.field",
        "wide-and-deep, features, fields"
    })
    void namesTheMissingProperty(String model, String present, String missing) {
        assertThatThrownBy(() -> Models.create(model, config(), Map.of(present, "4"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dataset property " + missing + "=null")
                .hasMessageContaining("[" + present + "]");
    }

    @Test
    void namesTheMissingOrWrongColumn() {
        TrainableModel model = Models.create("mlp", config(), Map.of("features", "6", "classes", "3"), 1);
        try (StepScope scope = StepScope.open()) {
            Tensor features = Tensor.of(new float[12], 2, 6);
            assertThatThrownBy(() -> model.predict(new Batch(2, Map.of("features", features))))
                    .hasMessageContaining("column=label");
            Tensor values = Tensor.of(new float[2], 2);
            assertThatThrownBy(() -> model.predict(new Batch(2, Map.of("features", features, "label", values))))
                    .hasMessageContaining("column label=Tensor(float32")
                    .hasMessageContaining("one integer for each of 2 examples");
        }
        model.module().close();
    }

    @Test
    void aRegressionRefusesClasses() {
        assertThatThrownBy(
                        () -> Models.create("linear-regression", config(), Map.of("features", "4", "classes", "3"), 1))
                .hasMessageContaining("dataset property classes=3")
                .hasMessageContaining("use logistic-regression");
    }

    @Test
    void propertiesDecideWhatIsLearnt() {
        assertThat(outputs("logistic-regression", Map.of("features", "6"))).isEqualTo(1);
        assertThat(outputs("logistic-regression", Map.of("features", "6", "classes", "2")))
                .isEqualTo(1);
        assertThat(outputs("logistic-regression", Map.of("features", "6", "classes", "3")))
                .isEqualTo(3);
        assertThat(outputs("mlp", Map.of("features", "6"))).isEqualTo(1);
        assertThat(outputs("mlp", Map.of("channels", "1", "height", "2", "width", "3", "classes", "4")))
                .isEqualTo(4);
    }

    private static long outputs(String name, Map<String, String> properties) {
        TrainableModel model = Models.create(name, config(), properties, 1);
        Tensor[] parameters = model.module().parameters().values().toArray(new Tensor[0]);
        long outputs = parameters[parameters.length - 1].size(0);
        model.module().close();
        return outputs;
    }

    @Test
    void theBenchmarksModelsHaveTheirSizes() {
        assertThat(parameters(
                        "mlp", Map.of("features", "784", "classes", "10"), "howdah.model.mlp.hidden", "1024,1024"))
                .isEqualTo(784 * 1024 + 1024 + 1024 * 1024 + 1024 + 1024 * 10 + 10);
        Map<String, String> clicks = Map.of("fields", "26", "rows", "1000", "dense", "13");
        long inputs = 26 * 16 + 13;
        assertThat(parameters("deepfm", clicks)).isEqualTo(1000 * 17 + inputs * 400 + 400 + 400 * 400 + 400 + 400 + 1);
        assertThat(parameters("cnn", ModelSamples.of("cnn").properties())).isEqualTo(1_148_874);
        Map<String, String> oblong = Map.of("classes", "10", "channels", "3", "height", "9", "width", "5");
        assertThat(parameters(
                        "cnn",
                        oblong,
                        "howdah.model.cnn.widths",
                        "4,8",
                        "howdah.model.cnn.strides",
                        "1,2",
                        "howdah.model.cnn.head",
                        "flatten"))
                .isEqualTo(3 * 4 * 9 + 8 + 4 * 8 * 9 + 16 + 8 * 5 * 3 * 10 + 10);
        assertThat(parameters("resnet18", ModelSamples.of("cnn").properties())).isEqualTo(11_173_962);
    }

    private static long parameters(String name, Map<String, String> properties, String... settings) {
        TrainableModel model = Models.create(name, config(settings), properties, 1);
        long elements = model.module().parameters().values().stream()
                .mapToLong(Tensor::elements)
                .sum();
        model.module().close();
        return elements;
    }

    @Test
    void imagesAreNormalisedPerChannel() {
        ImageColumn colours = new ImageColumn(3, 1, 1);
        ImageColumn grey = new ImageColumn(1, 1, 1);
        try (StepScope scope = StepScope.open()) {
            Tensor bytes = Tensor.of(new byte[] {0, (byte) 255, 51}, 1, 3, 1, 1);
            float[] found = colours.read(new Batch(1, Map.of("image", bytes))).toFloats();
            assertThat(found[0]).isCloseTo(-0.485f / 0.229f, within(1e-6f));
            assertThat(found[1]).isCloseTo((1 - 0.456f) / 0.224f, within(1e-6f));
            assertThat(found[2]).isCloseTo((0.2f - 0.406f) / 0.225f, within(1e-6f));
            Tensor white = Tensor.of(new byte[] {(byte) 255}, 1, 1, 1, 1);
            assertThat(grey.read(new Batch(1, Map.of("image", white))).toFloats()[0])
                    .isCloseTo(1, within(1e-6f));
            Tensor floats = ModelSamples.floats(new Philox(1, 0), 1, 1, 1);
            assertThat(grey.read(new Batch(4, Map.of("image", floats)))).isSameAs(floats);
            assertThatThrownBy(() -> colours.read(new Batch(1, Map.of("image", white))))
                    .hasMessageContaining("column image")
                    .hasMessageContaining("[B, 3, 1, 1]");
        }
    }

    @Test
    void listsOfNumbersAreChecked() {
        assertThat(config("howdah.model.mlp.hidden", "").get(PerceptronKeys.HIDDEN))
                .isEmpty();
        assertThatThrownBy(() -> config("howdah.model.mlp.hidden", "32,0"))
                .hasMessageContaining("howdah.model.mlp.hidden=32,0, expected integers, 1 to 1048576 each");
        assertThatThrownBy(() -> config("howdah.model.options", "a=1,a=2")).hasMessageContaining("names once");
        Config uneven = config("howdah.model.cnn.widths", "8,8", "howdah.model.cnn.strides", "1");
        assertThatThrownBy(() ->
                        Models.create("cnn", uneven, ModelSamples.of("cnn").properties(), 1))
                .hasMessageContaining("expected one stride per width");
    }
}
