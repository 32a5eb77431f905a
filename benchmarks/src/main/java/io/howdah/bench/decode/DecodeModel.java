// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.LlamaNetwork;
import io.howdah.trainer.model.lm.LlamaSettings;
import io.howdah.trainer.model.lm.RotaryScaling;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.model.lm.TransformerSizes;
import io.howdah.trainer.model.pretrained.HeadsFile;
import io.howdah.trainer.model.pretrained.PretrainedModel;
import io.howdah.trainer.tensor.Philox;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The model that is measured. */
final class DecodeModel {
    private static final int VOCABULARY = 2048;
    private static final int CONTEXT = 512;
    private static final int WIDTH = 512;
    private static final int LAYERS = 8;
    private static final int HEADS = 8;
    private static final int HIDDEN = 1408;

    private DecodeModel() {}

    /**
     * A model that was packed.
     *
     * @param heads that lie beside it, or null; with {@code weights}, which they share
     */
    record Packed(
            DecoderNetwork network,
            LanguageNetwork weights,
            @Nullable TokenHeads heads) implements AutoCloseable {
        @Override
        public void close() {
            if (heads != null) {
                heads.close();
            }
            weights.close();
        }
    }

    /** That of a folder in the layout of the transformers library, or random weights in the shape of the peer's. */
    static Packed of(@Nullable Path folder, Compute compute) throws IOException {
        if (folder == null) {
            LanguageNetwork random = random();
            return new Packed(DecoderNetwork.of(compute, random), random, null);
        }
        LocalModelFolder files = new LocalModelFolder(folder);
        LanguageNetwork network = PretrainedModel.open(files).network();
        TokenHeads heads = HeadsFile.isIn(files) ? HeadsFile.read(files, network) : null;
        return new Packed(DecoderNetwork.of(compute, network), network, heads);
    }

    private static LanguageNetwork random() {
        TransformerSizes sizes = new TransformerSizes(VOCABULARY, CONTEXT, WIDTH, LAYERS, HEADS, HIDDEN);
        LlamaSettings settings =
                new LlamaSettings(sizes, HEADS, WIDTH / HEADS, 1e-6, 10000, RotaryScaling.NONE, Head.TIED);
        return new LlamaNetwork(settings, new Philox(1, 0));
    }
}
