// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares what comes of a program on both backends, in two precisions, and its gradients with differences. */
final class Checker {
    private static final double STEP = 1e-5;

    /** Programs with larger numbers are not differentiated: their differences would be inaccurate. */
    private static final double LARGE = 100;

    private final List<String> backends = new ArrayList<>();
    private int refused;
    private int steps;
    private int compared;
    private int smooth;

    Checker() {
        for (String name : Backends.names()) {
            if (!name.equals(Backends.AUTO) && loads(name)) {
                backends.add(name);
            }
        }
    }

    private static boolean loads(String name) {
        try {
            Backends.use(name);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** What is wrong with a program; nothing if it is fine. */
    String failure(Program program) {
        try {
            Run exact = run("java", program, DType.FLOAT64);
            steps += exact.errors().size();
            refused += (int)
                    exact.errors().stream().filter(error -> !error.isEmpty()).count();
            for (String backend : backends) {
                for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
                    boolean wide = dtype == DType.FLOAT64;
                    String difference = difference(exact, run(backend, program, dtype), wide ? 1e-11 : 1e-3);
                    if (!difference.isEmpty()) {
                        return backend + " " + dtype + ": " + difference;
                    }
                }
            }
            Backends.use("java");
            return gradientFailure(program, exact);
        } catch (AssertionError e) {
            return e + " " + e.getCause()
                    + (e.getCause() == null ? "" : Arrays.toString(e.getCause().getStackTrace()));
        }
    }

    private static Run run(String backend, Program program, DType dtype) {
        Backends.use(backend);
        return Run.of(program, dtype);
    }

    private String difference(Run expected, Run actual, double tolerance) {
        if (!expected.errors().equals(actual.errors())) {
            return "refused " + actual.errors() + " instead of " + expected.errors();
        }
        for (int i = 0; i < expected.values().size(); i++) {
            if (!isNear(expected.values().get(i), actual.values().get(i), tolerance)) {
                return "tensor " + i + " is " + Arrays.toString(actual.values().get(i)) + " instead of "
                        + Arrays.toString(expected.values().get(i));
            }
        }
        for (int i = 0; i < expected.outputs().size(); i++) {
            double @Nullable [] wanted = expected.outputs().get(i).gradient();
            double @Nullable [] found = actual.outputs().get(i).gradient();
            if (wanted == null ? found != null : found == null || !isNear(wanted, found, tolerance)) {
                return "gradient " + i + " is " + Arrays.toString(found) + " instead of " + Arrays.toString(wanted);
            }
        }
        return "";
    }

    private static boolean isNear(double[] expected, double[] actual, double tolerance) {
        double scale = 1;
        for (double element : expected) {
            scale = Double.isFinite(element) ? Math.max(scale, Math.abs(element)) : scale;
        }
        boolean near = expected.length == actual.length;
        for (int i = 0; i < expected.length && near; i++) {
            near = Double.compare(expected[i], actual[i]) == 0
                    || Math.abs(expected[i] - actual[i]) <= tolerance * scale
                    || scale > 1 / tolerance;
        }
        return near;
    }

    private String gradientFailure(Program program, Run run) {
        boolean tame = run.values().stream().flatMapToDouble(Arrays::stream).allMatch(x -> Math.abs(x) < LARGE);
        if (!tame || !run.isTrue()) {
            return "";
        }
        int elements = run.outputs().stream()
                .mapToInt(output -> output.gradient() == null ? 0 : output.gradient().length)
                .max()
                .orElse(0);
        for (int i = 0; i < elements; i++) {
            double[] above = Run.nudged(program, i, STEP);
            double[] below = Run.nudged(program, i, -STEP);
            for (int k = 0; k < above.length; k++) {
                Run.Output output = run.outputs().get(k);
                double slope = (above[k] - below[k]) / (2 * STEP);
                double bend = (above[k] - 2 * output.loss() + below[k]) / STEP;
                double allowed = 1e-4 * (1 + Math.abs(slope));
                compared++;
                // Where the function has a kink it bends at once.
                if (output.gradient() != null && Math.abs(bend) < allowed) {
                    smooth++;
                    if (Math.abs(output.gradient()[i] - slope) > allowed) {
                        return "gradient of tensor " + output.number() + " by element " + i + " is "
                                + output.gradient()[i] + ", its difference " + slope;
                    }
                }
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return backends + ", " + steps + " steps of which " + refused + " refused, " + smooth + " of " + compared
                + " derivatives compared";
    }
}
