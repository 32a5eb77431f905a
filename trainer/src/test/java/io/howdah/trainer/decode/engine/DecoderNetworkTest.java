// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.decode.TinyNetworks;
import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import io.howdah.trainer.kernel.rows.PlainRowKernels;
import io.howdah.trainer.kernel.rows.VectorRowKernels;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine computes what the network does, and a row's bits depend on its path alone. */
class DecoderNetworkTest {
    private static final int VOCABULARY = 50;
    private static final long BUDGET = 1 << 24;

    private static LanguageNetwork network(String kind) {
        return kind.equals("llama") ? TinyNetworks.llama(VOCABULARY, 2, 3) : TinyNetworks.gpt2(VOCABULARY, 2, 3);
    }

    private static DecoderNetwork decoder(Compute compute, String kind) {
        LanguageNetwork network = network(kind);
        DecoderNetwork decoder = DecoderNetwork.of(compute, network);
        network.close();
        return decoder;
    }

    private static int[] tokens(int count, long seed) {
        Philox random = new Philox(seed, 0);
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = random.nextInt(VOCABULARY);
        }
        return tokens;
    }

    /** A chain of tokens behind the committed ones; returns the scores behind each. */
    private static List<float[]> chain(DecoderNetwork decoder, KvCache cache, CachedSequence sequence, int... tokens) {
        NodeBatch batch = new NodeBatch();
        int parent = CachedSequence.COMMITTED;
        for (int token : tokens) {
            parent = batch.add(sequence, token, parent, Wanted.LOGITS);
        }
        DecoderRows rows = decoder.forward(cache, batch);
        sequence.acceptChain(tokens.length);
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            logits.add(rows.logits(i));
        }
        return logits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void agreesWithTheNetworkWhateverTheChunks(String kind) {
        int[] tokens = tokens(150, 1);
        try (Compute compute = Compute.of(2, DType.FLOAT32)) {
            LanguageNetwork network = network(kind);
            network.evaluate();
            DecoderNetwork decoder = DecoderNetwork.of(compute, network);
            KvCache cache = decoder.cache(BUDGET);
            List<float[]> whole = chain(decoder, cache, cache.open(200), tokens);
            CachedSequence chunked = cache.open(200);
            List<float[]> pieces = new ArrayList<>();
            int[] sizes = {1, 1, 7, 64, 3, 1, 16, 57};
            int next = 0;
            for (int size : sizes) {
                pieces.addAll(chain(decoder, cache, chunked, Arrays.copyOfRange(tokens, next, next + size)));
                next += size;
            }
            try (StepScope scope = StepScope.open();
                    GradMode.Scope noGrad = GradMode.noGrad()) {
                float[] expected =
                        network.forward(Tensor.of(tokens, 1, tokens.length)).toFloats();
                for (int i = 0; i < tokens.length; i++) {
                    assertThat(pieces.get(i)).as("position " + i).isEqualTo(whole.get(i));
                    for (int v = 0; v < VOCABULARY; v++) {
                        assertThat(whole.get(i)[v]).isCloseTo(expected[i * VOCABULARY + v], offset(2e-4f));
                    }
                }
            }
            network.close();
        }
    }

    @Test
    void plainAndVectorKernelsGiveTheSameBitsOnAnyNumberOfThreads() {
        int[] tokens = tokens(40, 2);
        List<List<float[]>> all = new ArrayList<>();
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            for (int threads = 1; threads <= 3; threads++) {
                try (Compute compute =
                        new Compute(threads == 1 ? new PlainRowKernels() : new VectorRowKernels(), threads, dtype)) {
                    DecoderNetwork decoder = decoder(compute, "llama");
                    KvCache cache = decoder.cache(BUDGET);
                    all.add(chain(decoder, cache, cache.open(64), tokens));
                }
            }
        }
        for (int i = 0; i < tokens.length; i++) {
            assertThat(all.get(1).get(i)).isEqualTo(all.get(0).get(i));
            assertThat(all.get(2).get(i)).isEqualTo(all.get(0).get(i));
            assertThat(all.get(4).get(i)).isEqualTo(all.get(3).get(i));
            assertThat(all.get(5).get(i)).isEqualTo(all.get(3).get(i));
        }
        assertThat(all.get(3).get(0)).isNotEqualTo(all.get(0).get(0));
    }

    @Test
    void productsOfOneDnnGiveNearlyTheSameScores() {
        int[] tokens = tokens(40, 2);
        List<List<float[]>> all = new ArrayList<>();
        for (Products products : Products.values()) {
            try (Compute compute = Compute.of(2, DType.BFLOAT16, products)) {
                DecoderNetwork decoder = decoder(compute, "llama");
                KvCache cache = decoder.cache(BUDGET);
                all.add(chain(decoder, cache, cache.open(64), tokens));
            }
        }
        for (int i = 0; i < tokens.length; i++) {
            assertThat(all.get(1).get(i)).containsExactly(all.get(0).get(i), offset(0.05f));
        }
    }

    @Test
    void productsOfOneDnnAreForBrainFloats() {
        assertThatThrownBy(() -> Compute.of(2, DType.FLOAT32, Products.ONEDNN))
                .hasMessageContaining("products=onednn dtype=float32, expected bfloat16");
    }

    @ParameterizedTest
    @EnumSource
    void treesHaveTheBitsOfTheirPaths(Products products) {
        Philox random = new Philox(11, 0);
        try (Compute compute = Compute.of(2, DType.BFLOAT16, products)) {
            DecoderNetwork decoder = decoder(compute, "llama");
            KvCache cache = decoder.cache(BUDGET);
            for (int trial = 0; trial < 12; trial++) {
                int[] prompt = tokens(1 + random.nextInt(130), trial);
                int size = 1 + random.nextInt(32);
                int[] parents = new int[size];
                int[] nodes = new int[size];
                CachedSequence sequence = cache.open(200);
                chain(decoder, cache, sequence, prompt);
                NodeBatch batch = new NodeBatch();
                for (int i = 0; i < size; i++) {
                    parents[i] = random.nextInt(i + 1) - 1;
                    nodes[i] = random.nextInt(VOCABULARY);
                    batch.add(sequence, nodes[i], parents[i], Wanted.LOGITS);
                }
                DecoderRows rows = decoder.forward(cache, batch);
                List<float[]> logits = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    logits.add(rows.logits(i));
                }
                int[] deepest = {};
                for (int node = 0; node < size; node++) {
                    int[] path = path(parents, node);
                    deepest = path.length > deepest.length ? path : deepest;
                    CachedSequence alone = cache.open(200);
                    chain(decoder, cache, alone, prompt);
                    int[] chain = Arrays.stream(path).map(i -> nodes[i]).toArray();
                    assertThat(logits.get(node))
                            .isEqualTo(chain(decoder, cache, alone, chain).get(path.length - 1));
                    alone.close();
                }
                compactionLeavesWhatAPrefillWrites(decoder, cache, sequence, prompt, deepest, nodes);
            }
            assertThat(cache.reservedBytes()).isZero();
        }
    }

    private static int[] path(int[] parents, int node) {
        List<Integer> path = new ArrayList<>();
        for (int i = node; i >= 0; i = parents[i]) {
            path.add(0, i);
        }
        return path.stream().mapToInt(i -> i).toArray();
    }

    private static void compactionLeavesWhatAPrefillWrites(
            DecoderNetwork decoder, KvCache cache, CachedSequence sequence, int[] prompt, int[] path, int[] nodes) {
        sequence.accept(path);
        CachedSequence fresh = cache.open(200);
        chain(decoder, cache, fresh, prompt);
        chain(decoder, cache, fresh, Arrays.stream(path).map(i -> nodes[i]).toArray());
        assertThat(sequence.committedElements()).isEqualTo(fresh.committedElements());
        int cut = prompt.length / 2;
        sequence.truncate(cut);
        fresh.truncate(cut);
        int[] others = tokens(20, 99);
        List<float[]> a = chain(decoder, cache, sequence, others);
        List<float[]> b = chain(decoder, cache, fresh, others);
        for (int i = 0; i < others.length; i++) {
            assertThat(a.get(i)).isEqualTo(b.get(i));
        }
        assertThat(sequence.committedElements()).isEqualTo(fresh.committedElements());
        sequence.close();
        fresh.close();
    }

    @Test
    void batchesAndSiblingsChangeNothing() {
        try (Compute compute = Compute.of(2, DType.FLOAT32)) {
            DecoderNetwork decoder = decoder(compute, "gpt2");
            KvCache cache = decoder.cache(BUDGET);
            NodeBatch batch = new NodeBatch();
            List<CachedSequence> sequences = new ArrayList<>();
            for (int s = 0; s < 5; s++) {
                CachedSequence sequence = cache.open(100);
                sequences.add(sequence);
                int parent = CachedSequence.COMMITTED;
                for (int token : tokens(3 + 17 * s, s)) {
                    parent = batch.add(sequence, token, parent, Wanted.LOGITS);
                }
            }
            DecoderRows rows = decoder.forward(cache, batch);
            int row = 0;
            for (int s = 0; s < 5; s++) {
                row += 3 + 17 * s;
                float[] together = rows.logits(row - 1);
                DecoderNetwork same = decoder.first(2);
                CachedSequence alone = cache.open(100);
                List<float[]> logits = chain(same, cache, alone, tokens(3 + 17 * s, s));
                assertThat(logits.get(logits.size() - 1)).isEqualTo(together);
                sequences.get(s).acceptChain(3 + 17 * s);
                assertThat(sequences.get(s).committedElements()).isEqualTo(alone.committedElements());
            }
        }
    }

    @Test
    void refusesWhatItCannotDo() {
        try (Compute compute = Compute.of(1, DType.FLOAT32)) {
            DecoderNetwork decoder = decoder(compute, "llama");
            assertThatThrownBy(() -> decoder.cache(10)).hasMessageContaining("budgetBytes=10");
            KvCache cache = decoder.cache(3 * decoder.cache(BUDGET).pageBytes());
            assertThatThrownBy(() -> cache.open(193)).hasMessageContaining("at most 192 positions");
            CachedSequence sequence = cache.open(2);
            NodeBatch batch = new NodeBatch();
            batch.add(sequence, 1, CachedSequence.COMMITTED, Wanted.NOTHING);
            assertThatThrownBy(() -> batch.add(sequence, 1, 1, Wanted.NOTHING)).hasMessageContaining("parent=1");
            batch.add(sequence, 1, 0, Wanted.NOTHING);
            assertThatThrownBy(() -> batch.add(sequence, 1, 1, Wanted.NOTHING))
                    .hasMessageContaining("fewer than 2 slots");
            DecoderRows rows = decoder.forward(cache, batch);
            assertThatThrownBy(() -> rows.logits(0)).hasMessageContaining("row=0");
            assertThatThrownBy(() -> sequence.accept(1)).hasMessageContaining("path=[1]");
            sequence.truncate(0);
            batch.clear();
            batch.add(sequence, VOCABULARY, CachedSequence.COMMITTED, Wanted.NOTHING);
            assertThatThrownBy(() -> decoder.forward(cache, batch)).hasMessageContaining("token=50");
        }
    }
}
