// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.IOException;

/** Chooses the codec of a folder in Hugging Face's layout. */
public final class TextCodecs {
    private TextCodecs() {}

    /**
     * @param beginning tokens of an empty prompt, where the tokenizer gives it none
     * @throws IOException if there is no tokenizer that can be read
     */
    public static TextCodec of(ModelFolder folder, int[] beginning) throws IOException {
        if (!folder.files().contains(HuggingFaceCodec.FILE)) {
            throw new IOException("Cannot read tokenizer: folder=" + folder.location() + " holds " + folder.files()
                    + ", expected " + HuggingFaceCodec.FILE + "; save the tokenizer as one file beside the model");
        }
        return HuggingFaceCodec.open(folder, beginning);
    }
}
