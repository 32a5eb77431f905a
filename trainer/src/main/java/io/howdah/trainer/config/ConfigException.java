// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.config;

import java.util.List;

/** A configuration that cannot be used. The message holds one problem per line, each with its remedy. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
    }

    public ConfigException(String problem) {
        this(List.of(problem));
    }
}
