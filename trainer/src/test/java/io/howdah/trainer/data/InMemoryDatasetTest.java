// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InMemoryDatasetTest {
    private static InMemoryDataset dataset(int examples, int splitExamples) {
        int[] elements = new int[examples * 2];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i;
        }
        return new InMemoryDataset(
                Map.of("x", Tensor.of(elements, examples, 2)), Map.of("vocabulary", "9"), splitExamples);
    }

    /** The numbers of the examples that a reader yields next. */
    private static List<Integer> read(ExampleReader reader, int examples) throws Exception {
        try (Batch batch = reader.next(examples)) {
            List<Integer> numbers = new ArrayList<>();
            float[] elements = batch.column("x").toFloats();
            for (int i = 0; i < elements.length; i += 2) {
                assertThat(elements[i + 1]).isEqualTo(elements[i] + 1);
                numbers.add((int) elements[i] / 2);
            }
            assertThat(batch.examples()).isEqualTo(numbers.size());
            return numbers;
        }
    }

    private static ReadOrder shuffled(long seed, int slice, int slices) {
        return new ReadOrder(seed, ReadOrder.Mode.SHUFFLED, slice, slices);
    }

    @Test
    void readsFrontToBackOnce() throws Exception {
        ExampleReader reader = dataset(7, 3).open(ReadOrder.sequential(), Position.START);
        assertThat(read(reader, 4)).containsExactly(0, 1, 2, 3);
        assertThat(reader.position()).isEqualTo(new Position(0, 1, 1));
        assertThat(read(reader, 4)).containsExactly(4, 5, 6);
        assertThat(read(reader, 4)).isEmpty();
    }

    @Test
    void slicesShareAnEpoch() throws Exception {
        InMemoryDataset dataset = dataset(12, 3);
        List<Integer> all = new ArrayList<>();
        for (int slice = 0; slice < 2; slice++) {
            all.addAll(read(dataset.open(shuffled(5, slice, 2), Position.START), 6));
        }
        assertThat(all).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(all).isNotEqualTo(all.stream().sorted().toList());
    }

    @Test
    void epochsAndSeedsDiffer() throws Exception {
        InMemoryDataset dataset = dataset(12, 3);
        ExampleReader reader = dataset.open(shuffled(5, 0, 1), Position.START);
        List<Integer> first = read(reader, 12);
        List<Integer> second = read(reader, 12);
        assertThat(second).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(first);
        assertThat(read(dataset.open(shuffled(6, 0, 1), Position.START), 12)).isNotEqualTo(first);
    }

    @Property(tries = 100)
    void goesOnFromAnyPosition(
            @ForAll @IntRange(min = 0, max = 40) int before,
            @ForAll @IntRange(min = 1, max = 20) int after,
            @ForAll @IntRange(min = 1, max = 3) int slices,
            @ForAll long seed)
            throws Exception {
        InMemoryDataset dataset = dataset(11, 3);
        ReadOrder order = shuffled(seed, slices - 1, slices);
        ExampleReader whole = dataset.open(order, Position.START);
        if (before > 0) {
            read(whole, before);
        }
        Position position = order.advance(Position.START, before, dataset.splits());
        assertThat(whole.position()).isEqualTo(position);
        assertThat(read(dataset.open(order, position), after)).isEqualTo(read(whole, after));
        dataset.close();
    }

    @Test
    void aSliceWithoutExamplesIsRefused() {
        ExampleReader reader = dataset(3, 3).open(shuffled(1, 1, 2), Position.START);
        assertThatThrownBy(() -> reader.next(1)).hasMessageContaining("expected examples in every slice");
        assertThatThrownBy(() -> shuffled(1, 2, 2)).hasMessageContaining("slice=2");
    }

    @Test
    void describesItself() {
        InMemoryDataset dataset = dataset(7, 3);
        assertThat(dataset.examples()).isEqualTo(7);
        assertThat(dataset.columns().get(0).shape().sizes()).containsExactly(2);
        assertThat(dataset.properties()).containsEntry("vocabulary", "9");
        Batch batch = new Batch(0, Map.of());
        assertThatThrownBy(() -> batch.column("y")).hasMessageContaining("column=y");
    }
}
