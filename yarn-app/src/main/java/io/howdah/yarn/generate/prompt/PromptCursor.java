// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads prompts one after the other. */
interface PromptCursor extends Closeable {
    /** The next prompt, or null at the end. */
    @Nullable
    Prompt next() throws IOException;
}
