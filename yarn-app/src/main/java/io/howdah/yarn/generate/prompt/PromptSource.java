// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/** Where prompts come from. Without state. */
interface PromptSource {
    /**
     * Looks through all prompts.
     *
     * @throws IOException in one line that names what is missing or malformed
     */
    SplitPlan plan(Configuration hadoop, PromptSettings settings) throws IOException;

    /** Opens the prompts of a range. */
    PromptCursor open(Configuration hadoop, PromptSettings settings, PromptRange range, Consumer<String> skipped)
            throws IOException;

    /** The table of sources, by the value of {@code howdah.generate.format}. */
    Map<String, PromptSource> ALL = Map.of(
            "jsonl", new LinePrompts(LineFormat.JSONL),
            "text", new LinePrompts(LineFormat.TEXT),
            "dataset", new DatasetPrompts());
}
