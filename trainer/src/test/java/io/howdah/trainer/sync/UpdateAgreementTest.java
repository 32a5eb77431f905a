// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.CosineSchedule;
import io.howdah.trainer.optim.Lamb;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.optim.ParameterGroup;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.optim.UpdateRules;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule moves weights to the same bits on any number of servers, with chunks of any size, and in one process. */
class UpdateAgreementTest {
    private static final ParameterTable TABLE = new ParameterTable(List.of(
            new ParameterSpec("embedding", Shape.of(130, 17), 1, 0),
            new ParameterSpec("hidden.weight", Shape.of(260, 131), 1, 1),
            new ParameterSpec("hidden.bias", Shape.of(9), 1, 0),
            new ParameterSpec("empty", Shape.of(0, 4), 1, 1),
            new ParameterSpec("kernel", Shape.of(2, 9, 15), 0.5, 1),
            new ParameterSpec("scale", Shape.of(), 1, 0)));

    static List<String> names() {
        return UpdateRules.names();
    }

    private static UpdateRule rule(String name) {
        KeyTable keys = new KeyTable(OptimiserKeys.ALL);
        return UpdateRules.named(name, Config.parse(keys, Map.of("howdah.optimiser.momentum", "0.9")));
    }

    private static LearningRate rate() {
        return new LearningRate(0.05, new CosineSchedule(20, 0.1));
    }

    private static SyncSettings settings(UpdateRule rule, int chunkElements, double clipNorm) {
        Optimiser optimiser = new Optimiser(rule, rate(), 0.1, clipNorm, clipNorm == 0 ? 0 : 0.01);
        return new SyncSettings(1, DType.FLOAT32, DType.FLOAT32, 3, chunkElements, optimiser);
    }

    private static float[] values(long seed, int parameter) {
        Random random = new Random(seed * 97 + parameter);
        float[] values = new float[(int) TABLE.specs().get(parameter).shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(10) == 0 ? 0 : Math.scalb(random.nextFloat() - 0.5f, random.nextInt(12) - 6);
        }
        return values;
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** Servers without a network: shards, the cut of pushes to their chunks, and the coordinator. */
    private static final class Servers {
        private final List<ParameterShard> shards = new ArrayList<>();
        private final ChunkAssembler assembler;
        private final StepCoordinator coordinator;

        Servers(SyncSettings settings, int servers, MemoryBlobStore blobs, SnapshotSource source) throws IOException {
            List<ShardRange> ranges = settings.ranges(TABLE, servers);
            for (ShardRange range : ranges) {
                ParameterShard shard = new ParameterShard(TABLE, range, 1, settings.optimiser());
                if (source != null) {
                    ShardSnapshot.restore(shard, settings.initialScaler(), blobs, source);
                }
                shards.add(shard);
            }
            ChunkAssembler loader = new ChunkAssembler(TABLE, ranges, chunk -> {
                shards.get(chunk.shard())
                        .load(chunk.contribution().chunk(), chunk.payload().bytes());
                chunk.payload().release();
            });
            for (int i = 0; source == null && i < TABLE.size(); i++) {
                loader.addWeights(i, bytes(values(-1, i)), () -> {});
            }
            shards.forEach(shard -> assertThat(shard.loadedIfComplete()).isTrue());
            assembler = new ChunkAssembler(
                    TABLE, ranges, chunk -> shards.get(chunk.shard()).add(chunk.contribution(), chunk.payload()));
            coordinator = new StepCoordinator(
                    1, servers, 3, settings.initialScaler(), shards.get(0).version());
        }

        void step(long step) {
            for (int i = TABLE.size() - 1; i >= 0; i--) {
                assembler.push(new Push(step, 0, 0, i, 1, 1), DType.FLOAT32, bytes(values(step, i)), () -> {});
            }
            coordinator.report(new StepReport(step, 0, 0, 1, 0, true));
            StepOutcome outcome = null;
            for (int shard = 0; shard < shards.size(); shard++) {
                ShardReport report = shards.get(shard).takeReport();
                assertThat(report).isNotNull();
                outcome = coordinator.report(shard, report);
            }
            for (ParameterShard shard : shards) {
                shard.apply(outcome);
            }
        }

        List<BlobInfo> snapshot(MemoryBlobStore blobs, String set) throws IOException {
            List<BlobInfo> written = new ArrayList<>();
            for (int i = 0; i < shards.size(); i++) {
                String name = ShardSnapshot.blobName(i, shards.size());
                written.add(ShardSnapshot.write(shards.get(i), i == 0 ? coordinator.scaler() : null, blobs, set, name));
            }
            blobs.commit(set);
            return written;
        }

        float[] weights() {
            ByteBuffer all = ByteBuffer.allocate(4 * (int) TABLE.elements()).order(ByteOrder.LITTLE_ENDIAN);
            for (ParameterShard shard : shards) {
                shard.read(shard.range().from(), shard.range().to(), DType.FLOAT32, all);
            }
            float[] weights = new float[(int) TABLE.elements()];
            all.flip().asFloatBuffer().get(weights);
            return weights;
        }
    }

    private static Servers trained(SyncSettings settings, int servers) throws IOException {
        Servers trained = new Servers(settings, servers, new MemoryBlobStore(), null);
        for (long step = 0; step < 4; step++) {
            trained.step(step);
        }
        return trained;
    }

    @ParameterizedTest
    @MethodSource("names")
    void anyNumberOfServersGivesTheSameBits(String name) throws IOException {
        float[] expected = trained(settings(rule(name), 1 << 16, 0.5), 1).weights();
        for (int servers : new int[] {1, 2, 3, 5, 9}) {
            for (int chunkElements : new int[] {64, 1 << 12}) {
                assertThat(trained(settings(rule(name), chunkElements, 0.5), servers)
                                .weights())
                        .as("%d servers, chunks of %d", servers, chunkElements)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void anotherNumberOfServersGoesOnFromASnapshot(String name) throws IOException {
        SyncSettings settings = settings(rule(name), 192, 0.5);
        Servers all = trained(settings, 2);
        MemoryBlobStore blobs = new MemoryBlobStore();
        SnapshotSource source = new SnapshotSource("step-4", all.snapshot(blobs, "step-4"));
        Servers resumed = new Servers(settings(rule(name), 64, 0.5), 3, blobs, source);
        assertThat(resumed.weights()).isEqualTo(all.weights());
        for (long step = 4; step < 6; step++) {
            all.step(step);
            resumed.step(step);
        }
        assertThat(resumed.weights()).isEqualTo(all.weights());
    }

    @ParameterizedTest
    @MethodSource("names")
    void oneProcessGivesTheSameBits(String name) throws IOException {
        float[] expected = trained(settings(rule(name), 4096, 0), 2).weights();
        UpdateRule rule = rule(name);
        List<ParameterGroup> groups = new ArrayList<>();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int i = 0; i < TABLE.size(); i++) {
            ParameterSpec spec = TABLE.specs().get(i);
            Tensor weight =
                    Autograd.parameter(Tensor.of(values(-1, i), spec.shape().sizes()));
            parameters.put(spec.name(), weight);
            LearningRate own = new LearningRate(0.05 * spec.learningRateFactor(), rate().schedule());
            groups.add(new ParameterGroup(rule, Map.of(spec.name(), weight), own, 0.1 * spec.weightDecayFactor()));
        }
        LocalOptimiser optimiser = new LocalOptimiser(groups);
        for (long step = 0; step < 4; step++) {
            int index = 0;
            for (Tensor weight : parameters.values()) {
                Gradients.set(
                        weight, Tensor.of(values(step, index++), weight.shape().sizes()));
            }
            optimiser.step();
            optimiser.zeroGrad();
        }
        int start = 0;
        for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
            float[] actual = parameter.getValue().toFloats();
            assertThat(actual)
                    .as(parameter.getKey())
                    .isEqualTo(java.util.Arrays.copyOfRange(expected, start, start + actual.length));
            start += actual.length;
            parameter.getValue().close();
        }
    }

    @Test
    void rangesEndWithParametersWhereTheRuleNeedsThemWhole() {
        List<ShardRange> whole = settings(new Lamb(0.9, 0.999, 1e-8), 64, 0).ranges(TABLE, 3);
        assertThat(whole).extracting(ShardRange::from).containsExactly(0L, 2210L, 36270L);
        assertThat(whole).extracting(ShardRange::to).containsExactly(2210L, 36270L, TABLE.elements());
        assertThat(settings(new AdamW(0.9, 0.999, 1e-8), 64, 0).ranges(TABLE, 3))
                .isEqualTo(ShardRange.cut(TABLE, 3, 64));
        assertThatThrownBy(() -> new ParameterShard(
                        TABLE,
                        ShardRange.cut(TABLE, 3, 64).get(1),
                        1,
                        settings(new Lamb(0.9, 0.999, 1e-8), 64, 0).optimiser()))
                .hasMessageContaining("expected a range that ends with parameters");
    }

    @Test
    void aSnapshotOfAnotherRuleIsRefused() throws IOException {
        MemoryBlobStore blobs = new MemoryBlobStore();
        Servers adagrad = trained(settings(rule("adagrad"), 64, 0), 1);
        SnapshotSource source = new SnapshotSource("step-4", adagrad.snapshot(blobs, "step-4"));
        assertThatThrownBy(() -> new Servers(settings(rule("rowwise-adagrad"), 64, 0), 1, blobs, source))
                .hasMessageContaining("missingElements=")
                .hasMessageContaining("[weights, row_sum]");
    }
}
