// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.golden.GoldenValues.Layout;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One golden case or one call that must be refused. */
record GoldenCase(JsonNode described, GoldenFolder folder) {
    private static final double ABSOLUTE = 1e-9;
    private static final double RELATIVE = 1e-7;

    /** The layouts of the inputs that the case is tried with. */
    List<Layout> layouts() {
        return GoldenOps.TABLE.isLayoutBound(op()) ? List.of(Layout.GIVEN) : List.of(Layout.values());
    }

    private String op() {
        return described.get("op").asText();
    }

    private @Nullable Function<GoldenCall, List<Tensor>> row() {
        return GoldenOps.TABLE.find(op(), described.path("variant").asText());
    }

    /** What differs from the expected results and gradients; empty if nothing does. */
    String difference(Layout layout) {
        Function<GoldenCall, List<Tensor>> row = row();
        if (row == null) {
            return "unknown op";
        }
        try (StepScope scope = StepScope.open()) {
            GoldenCall call = new GoldenCall(described, folder, layout);
            List<Tensor> results = row.apply(call);
            call.checkAllRead();
            String difference = differences("out", described.get("out"), results, call.isRandom());
            boolean differentiable = described.has("grads") && !GoldenOps.TABLE.isGradientWrong(op());
            return difference.isEmpty() && differentiable ? gradientDifference(call, results) : difference;
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            return e + " at " + Arrays.stream(e.getStackTrace()).limit(4).toList();
        }
    }

    /** How a call that must be refused was received; empty if it was refused. */
    String acceptance() {
        Function<GoldenCall, List<Tensor>> row = row();
        if (row == null) {
            return "unknown op";
        }
        try (StepScope scope = StepScope.open()) {
            GoldenCall call = new GoldenCall(described, folder, Layout.GIVEN);
            List<Tensor> results = row.apply(call);
            call.checkAllRead();
            return "gave " + results;
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            String message = e.getMessage();
            return message != null && message.startsWith("Cannot ")
                    ? ""
                    : e + " at " + Arrays.stream(e.getStackTrace()).limit(4).toList();
        }
    }

    private String gradientDifference(GoldenCall call, List<Tensor> results) {
        GoldenValues values = new GoldenValues(folder, Layout.GIVEN);
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> seeds = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (described.get("out").get(i).path("requires_grad").asBoolean()) {
                outputs.add(results.get(i));
                seeds.add((Tensor) values.read(described.get("cotangent").get(seeds.size())));
            }
        }
        List<@Nullable Tensor> gradients =
                Autograd.grad(outputs, seeds, call.leaves(), Autograd.SavedTensors.FREE, Autograd.Unused.NULL);
        return differences("gradient", described.get("grads"), gradients, call.isRandom());
    }

    private String differences(
            String what, JsonNode expected, List<? extends @Nullable Tensor> actual, boolean random) {
        if (expected.size() != actual.size()) {
            return what + ": " + actual.size() + " tensors, expected " + expected.size();
        }
        GoldenValues values = new GoldenValues(folder, Layout.GIVEN);
        for (int i = 0; i < actual.size(); i++) {
            Tensor result = actual.get(i);
            Object value = expected.get(i).isNull() ? null : values.read(expected.get(i));
            if (value == null || result == null) {
                if (value != result) {
                    return what + " " + i + ": " + result + ", expected " + value;
                }
            } else {
                String difference = difference((Tensor) value, result, random);
                if (!difference.isEmpty()) {
                    return what + " " + i + difference;
                }
            }
        }
        return "";
    }

    private static String difference(Tensor expected, Tensor actual, boolean random) {
        if (expected.dtype() != actual.dtype() || !expected.shape().equals(actual.shape())) {
            return ": " + actual + ", expected " + expected;
        }
        double[] wanted = expected.toDoubles();
        double[] found = actual.toDoubles();
        for (int i = 0; i < wanted.length && !random; i++) {
            if (!isNear(wanted[i], found[i])) {
                return " element " + i + " of " + expected.shape() + ": " + found[i] + ", expected " + wanted[i];
            }
        }
        return "";
    }

    private static boolean isNear(double wanted, double found) {
        return wanted == found
                || Double.isNaN(wanted) && Double.isNaN(found)
                || Math.abs(wanted - found) <= ABSOLUTE + RELATIVE * Math.abs(wanted);
    }
}
