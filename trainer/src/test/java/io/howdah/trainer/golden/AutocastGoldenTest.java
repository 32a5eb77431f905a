// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Operations under autocast give the dtypes that PyTorch gives, their gradients too, and its values as far as 16 bits go.
 * {@code scripts/golden/dump_autocast.py} has written the cases.
 */
class AutocastGoldenTest {
    private static final double TOLERANCE = 0.03;

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", Backends.AUTO})
    void operationsAgreeWithPyTorch(String backend) throws IOException {
        Backends.use(backend);
        GoldenFolder folder = GoldenFolder.ofResources("golden/autocast");
        assertThat(folder.cases()).hasSizeGreaterThan(60);
        for (JsonNode described : folder.cases()) {
            try (StepScope scope = StepScope.open()) {
                check(described, folder);
            }
        }
    }

    private static void check(JsonNode described, GoldenFolder folder) {
        String what = described.get("variant").asText() + " "
                + described.get("op").asText() + " i=" + described.get("i").asText();
        Function<GoldenCall, List<Tensor>> row =
                Objects.requireNonNull(GoldenOps.TABLE.find(described.get("op").asText(), ""), what);
        GoldenCall call = new GoldenCall(described, folder, GoldenValues.Layout.GIVEN);
        List<Tensor> results;
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            results = row.apply(call);
        }
        compare(what, folder, described.get("out"), results);
        List<Tensor> seeds = new ArrayList<>();
        GoldenValues values = new GoldenValues(folder, GoldenValues.Layout.GIVEN);
        described.get("cotangent").forEach(seed -> seeds.add((Tensor) Objects.requireNonNull(values.read(seed))));
        List<@Nullable Tensor> gradients =
                Autograd.grad(results, seeds, call.leaves(), Autograd.SavedTensors.FREE, Autograd.Unused.REFUSE);
        compare(what + " gradient", folder, described.get("grads"), gradients);
    }

    private static void compare(
            String what, GoldenFolder folder, JsonNode expected, List<? extends @Nullable Tensor> actual) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        GoldenValues values = new GoldenValues(folder, GoldenValues.Layout.GIVEN);
        for (int i = 0; i < actual.size(); i++) {
            Tensor wanted = (Tensor) Objects.requireNonNull(values.read(expected.get(i)));
            Tensor found = Objects.requireNonNull(actual.get(i));
            assertThat(found.dtype()).as(what + " " + i).isEqualTo(wanted.dtype());
            assertThat(found.shape()).as(what + " " + i).isEqualTo(wanted.shape());
            double[] numbers = found.toDoubles();
            double[] references = wanted.toDoubles();
            for (int k = 0; k < numbers.length; k++) {
                assertThat(Math.abs(numbers[k] - references[k]))
                        .as(what + " " + i + " element " + k + ": " + numbers[k] + " for " + references[k])
                        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(references[k])));
            }
        }
    }
}
