// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The parts of a module with the shapes of their results and their numbers of parameters.
 *
 * @param rows the module itself first, its parts in the order of registration; a shared one once
 * @param total parameters of the module, shared ones counted once
 * @param trainable those of them that are not frozen
 */
public record Summary(List<Row> rows, long total, long trainable) {
    /**
     * A part.
     *
     * @param path qualified name; empty for the module itself
     * @param type its class
     * @param shapes shapes of the results of its last call; empty if it was not called, or does not tell
     * @param own parameters that it registers itself
     * @param total parameters of it and its parts, shared ones counted once
     * @param trainable those of {@code total} that are not frozen
     */
    public record Row(String path, String type, List<Shape> shapes, long own, long total, long trainable) {}

    static Summary of(Module module, Runnable forward) {
        Map<Module, List<Shape>> shapes = new IdentityHashMap<>();
        Collection<Module> parts = module.modules().values();
        Map<Module, Mode> modes = new IdentityHashMap<>();
        parts.forEach(part -> modes.put(part, part.mode()));
        // In training, batch normalisation would take the example into its statistics.
        parts.forEach(part -> part.switchTo(Mode.EVALUATION));
        parts.forEach(part -> part.observe((caller, results) ->
                shapes.put(caller, results.stream().map(Tensor::shape).toList())));
        try (GradMode.Scope quiet = GradMode.noGrad();
                StepScope scope = StepScope.open()) {
            forward.run();
        } finally {
            parts.forEach(part -> part.observe(null));
            modes.forEach(Module::switchTo);
        }
        List<Row> rows = new ArrayList<>();
        module.modules()
                .forEach((path, part) -> rows.add(new Row(
                        path,
                        part.getClass().getSimpleName(),
                        shapes.getOrDefault(part, List.of()),
                        elements(part.ownParameters()),
                        elements(part.parameters()),
                        elements(part.trainableParameters()))));
        return new Summary(List.copyOf(rows), elements(module.parameters()), elements(module.trainableParameters()));
    }

    private static long elements(Map<String, Tensor> tensors) {
        return tensors.values().stream().mapToLong(Tensor::elements).sum();
    }

    /** The table as text, one part a line, the totals last. */
    @Override
    public String toString() {
        int width = rows.stream()
                .mapToInt(row -> row.path().length() + row.type().length() + 3)
                .max()
                .orElse(0);
        int shapeWidth =
                rows.stream().mapToInt(row -> shapes(row).length()).max().orElse(0);
        String format = "%-" + Math.max(width, 5) + "s  %-" + Math.max(shapeWidth, 6) + "s  %12s  %12s  %12s%n";
        StringBuilder table = new StringBuilder();
        table.append(String.format(Locale.ROOT, format, "layer", "output", "own", "total", "trainable"));
        for (Row row : rows) {
            String name = row.path().isEmpty() ? row.type() : row.path() + " (" + row.type() + ")";
            table.append(
                    String.format(Locale.ROOT, format, name, shapes(row), row.own(), row.total(), row.trainable()));
        }
        return table.append("parameters: total=" + total + " trainable=" + trainable + " frozen=" + (total - trainable))
                .toString();
    }

    private static String shapes(Row row) {
        return String.join(", ", row.shapes().stream().map(Shape::toString).toList());
    }
}
