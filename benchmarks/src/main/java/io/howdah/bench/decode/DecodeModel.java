// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.LlamaNetwork;
import io.howdah.trainer.model.lm.LlamaSettings;
import io.howdah.trainer.model.lm.RotaryScaling;
import io.howdah.trainer.model.lm.TransformerSizes;
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

    /** That of a folder in the layout of the transformers library, or random weights in the shape of the peer's. */
    static DecoderNetwork of(@Nullable Path folder, Compute compute) throws IOException {
        LanguageNetwork network = folder == null
                ? random()
                : PretrainedModel.open(new LocalModelFolder(folder)).network();
        DecoderNetwork decoder = DecoderNetwork.of(compute, network);
        network.close();
        return decoder;
    }

    private static LanguageNetwork random() {
        TransformerSizes sizes = new TransformerSizes(VOCABULARY, CONTEXT, WIDTH, LAYERS, HEADS, HIDDEN);
        LlamaSettings settings =
                new LlamaSettings(sizes, HEADS, WIDTH / HEADS, 1e-6, 10000, RotaryScaling.NONE, Head.TIED);
        return new LlamaNetwork(settings, new Philox(1, 0));
    }
}
