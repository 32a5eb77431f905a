// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.model.pretrained.HeadsFile;
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
import org.jspecify.annotations.Nullable;

/**
 * A language model as it is read, in float32.
 *
 * @param network in evaluation
 * @param heads that predict further tokens, or null
 * @param codec its tokens
 * @param endTokens tokens that end a text
 */
record OpenModel(LanguageNetwork network, @Nullable TokenHeads heads, TextCodec codec, Set<Integer> endTokens)
        implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String GENERATION_CONFIG = "generation_config.json";

    OpenModel {
        endTokens = Set.copyOf(endTokens);
    }

    /**
     * Reads a checkpoint, or a folder in Hugging Face's layout and the heads beside it.
     *
     * @throws IOException if it is damaged
     * @throws IllegalArgumentException if it is no language model whose tokens follow one another, or a checkpoint that
     *     holds heads alone
     */
    static OpenModel read(ModelFolder folder) throws IOException {
        OpenModel model = folder.files().contains(Manifest.BLOB) ? checkpoint(folder) : pretrained(folder);
        model.network().evaluate();
        return model;
    }

    private static OpenModel checkpoint(ModelFolder folder) throws IOException {
        Manifest manifest = CheckpointReader.manifest(folder);
        Config trained = Config.parse(JobConfiguration.KEYS, manifest.settings());
        TrainableModel model = Models.create(trained, manifest.properties(), trained.get(TrainKeys.SEED));
        boolean done = false;
        try {
            if (!(model instanceof NextTokenModel writer)) {
                throw new IllegalArgumentException("Cannot generate: model=" + manifest.model() + " of "
                        + folder.location() + ", expected a whole language model such as gpt2 or llama; train one, or"
                        + " export heads that were trained over an unchanged model together with it");
            }
            CheckpointReader.loadModel(folder, manifest, model);
            done = true;
            LanguageNetwork network = writer.module();
            return new OpenModel(
                    network,
                    network.heads().orElse(null),
                    new ByteCodec(writer.separator()),
                    Set.of(writer.separator()));
        } finally {
            if (!done) {
                model.module().close();
            }
        }
    }

    private static OpenModel pretrained(ModelFolder folder) throws IOException {
        int[] beginning = ids(folder, "bos_token_id").stream()
                .mapToInt(Integer::intValue)
                .limit(1)
                .toArray();
        TextCodec codec = TextCodecs.of(folder, beginning);
        LanguageNetwork network = PretrainedModel.open(folder).network();
        boolean done = false;
        try {
            TokenHeads heads = HeadsFile.isIn(folder) ? HeadsFile.read(folder, network) : null;
            done = true;
            return new OpenModel(network, heads, codec, ids(folder, "eos_token_id"));
        } finally {
            if (!done) {
                network.close();
            }
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

    /** Most positions. */
    int context() {
        return network.decoderWeights().orElseThrow().shape().context();
    }

    /** Frees the weights; the codec lives on. */
    @Override
    public void close() {
        if (heads != null && network.heads().isEmpty()) {
            heads.close();
        }
        network.close();
    }
}
