// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

/** What readers of prompts count. */
public enum PromptCounter {
    /** Lines that are no prompts. */
    MALFORMED
}
