// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.model.pretrained.PretrainedModel;
import io.howdah.trainer.train.CheckpointReader;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.codec.ByteCodec;
import io.howdah.yarn.generate.codec.TextCodec;
import io.howdah.yarn.generate.codec.TextCodecs;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model that writes.
 *
 * @param network its weights, packed
 * @param codec its tokens
 * @param endTokens tokens that end a text
 */
public record LoadedModel(DecoderNetwork network, TextCodec codec, Set<Integer> endTokens) implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";

    public LoadedModel {
        endTokens = Set.copyOf(endTokens);
    }

    /**
     * Reads a model and packs its weights.
     *
     * @throws IOException if it is damaged
     * @throws IllegalArgumentException if it is no language model whose tokens follow one another
     */
    public static LoadedModel load(ModelFolder folder, Compute compute) throws IOException {
        return folder.files().contains(Manifest.BLOB) ? checkpoint(folder, compute) : pretrained(folder, compute);
    }

    private static LoadedModel checkpoint(ModelFolder folder, Compute compute) throws IOException {
        Manifest manifest = CheckpointReader.manifest(folder);
        Config trained = Config.parse(JobConfiguration.KEYS, manifest.settings());
        TrainableModel model = Models.create(trained, manifest.properties(), trained.get(TrainKeys.SEED));
        try {
            if (!(model instanceof NextTokenModel writer)) {
                throw new IllegalArgumentException("Cannot generate: model=" + manifest.model() + " of "
                        + folder.location() + ", expected a language model such as gpt2 or llama; train one");
            }
            CheckpointReader.loadModel(folder, manifest, model);
            DecoderNetwork network = DecoderNetwork.of(compute, writer.module());
            return new LoadedModel(network, new ByteCodec(writer.separator()), Set.of(writer.separator()));
        } finally {
            model.module().close();
        }
    }

    private static LoadedModel pretrained(ModelFolder folder, Compute compute) throws IOException {
        Set<Integer> ends = ids(folder, "eos_token_id");
        int[] beginning = ids(folder, "bos_token_id").stream()
                .mapToInt(Integer::intValue)
                .limit(1)
                .toArray();
        TextCodec codec = TextCodecs.of(folder, beginning);
        LanguageNetwork weights = PretrainedModel.open(folder).network();
        try {
            return new LoadedModel(DecoderNetwork.of(compute, weights), codec, ends);
        } finally {
            weights.close();
        }
    }

    /** What generation_config.json says, or config.json where it says nothing. */
    private static Set<Integer> ids(ModelFolder folder, String name) throws IOException {
        Set<Integer> ids = new TreeSet<>();
        for (String file : new String[] {GENERATION_CONFIG, CONFIG}) {
            if (ids.isEmpty() && folder.files().contains(file)) {
                try (InputStream in = folder.open(file)) {
                    JsonNode value = new ObjectMapper().readTree(in).path(name);
                    if (value.isInt()) {
                        ids.add(value.intValue());
                    }
                    value.forEach(id -> ids.add(id.intValue()));
                }
            }
        }
        return ids;
    }

    @Override
    public void close() {
        codec.close();
    }
}
