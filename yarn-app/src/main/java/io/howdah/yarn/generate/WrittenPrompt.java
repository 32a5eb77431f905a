// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.GenerationResult;
import io.howdah.yarn.generate.prompt.Prompt;
import java.io.IOException;
import java.util.List;

/**
 * A prompt and what was written behind it.
 *
 * @param promptBytes what the prompt says
 * @param texts by sample
 */
record WrittenPrompt(Prompt prompt, byte[] promptBytes, List<GenerationResult> texts) {
    WrittenPrompt {
        texts = List.copyOf(texts);
    }

    /** Where prompts go once all their texts have ended. */
    @FunctionalInterface
    interface Sink {
        void take(WrittenPrompt written) throws IOException, InterruptedException;
    }
}
