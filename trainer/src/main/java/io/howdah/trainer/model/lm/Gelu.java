// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The two forms of GELU (Hendrycks and Gimpel, “Gaussian error linear units”, 2016). */
public enum Gelu {
    /** ½x(1 + erf(x/√2)). */
    ERF("gelu"),
    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), as in GPT-2. */
    TANH("gelu_tanh");

    private final String text;

    Gelu(String text) {
        this.text = text;
    }

    /** Name in the configuration. */
    public String text() {
        return text;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Gelu::text).toList();
    }

    static Gelu named(String text) {
        return Arrays.stream(values())
                .filter(form -> form.text.equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Cannot choose GELU: name=" + text + ", expected one of " + names() + "; correct the name"));
    }

    Tensor of(Tensor x) {
        return this == ERF ? ActivationFunctions.gelu(x) : ActivationFunctions.geluTanh(x);
    }
}
