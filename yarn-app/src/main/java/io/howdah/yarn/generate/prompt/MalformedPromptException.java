// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.IOException;

/** A line that is no prompt; the message is one line that names it. */
public final class MalformedPromptException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param place file and line
     * @param problem what is wrong with it
     */
    public MalformedPromptException(String place, String problem) {
        super("Cannot read prompt: place=" + place + " " + problem
                + ", expected an object with the text field prompt and, if wanted, id, max_tokens and seed, short enough"
                + " for the model; correct the line or set howdah.generate.malformed=skip");
    }
}
