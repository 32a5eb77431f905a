// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.ops.Spatial;

/** How pools describe themselves. */
final class PoolText {
    private PoolText() {}

    static String of(Pooling pooling) {
        String text = "kernel=" + pooling.kernel() + ", stride=" + pooling.stride();
        text += pooling.padding().equals(Spatial.of(0)) ? "" : ", padding=" + pooling.padding();
        text += pooling.dilation().equals(Spatial.of(1)) ? "" : ", dilation=" + pooling.dilation();
        return text + (pooling.ceil() ? ", ceil" : "");
    }
}
