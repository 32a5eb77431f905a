// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What convolutional layers have in common: a weight and perhaps a bias that start uniform in ±1/√F. */
final class ConvolutionParameters {
    private ConvolutionParameters() {}

    /** Refuses channels that the groups do not divide. */
    static void check(String layer, long inputs, long outputs, int groups) {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException("Cannot make " + layer + ": inputs=" + inputs + " outputs=" + outputs
                    + " groups=" + groups + ", expected channels that the groups divide; correct them");
        }
    }

    /** F is what {@code sizes} have behind the first dimension. */
    static Tensor weight(Philox random, long... sizes) {
        return Initialisation.uniform(random, Initialisation.bound(sizes), sizes);
    }

    /** Values in the bound of the weight. */
    static Tensor bias(Philox random, Tensor weight, long outputs) {
        return Initialisation.uniform(
                random, Initialisation.bound(weight.shape().sizes()), outputs);
    }

    static String describe(
            long inputs, long outputs, String kernel, ConvolutionSettings settings, @Nullable Tensor bias) {
        StringBuilder text = new StringBuilder("inputs=" + inputs + ", outputs=" + outputs + ", kernel=" + kernel);
        if (!settings.stride().equals(Spatial.of(1))) {
            text.append(", stride=").append(settings.stride());
        }
        if (settings.sameSize()) {
            text.append(", padding=same");
        } else if (!settings.padding().equals(Spatial.of(0))) {
            text.append(", padding=").append(settings.padding());
        }
        if (!settings.dilation().equals(Spatial.of(1))) {
            text.append(", dilation=").append(settings.dilation());
        }
        if (settings.groups() != 1) {
            text.append(", groups=").append(settings.groups());
        }
        return text.append(bias == null ? ", bias=none" : "").toString();
    }
}
