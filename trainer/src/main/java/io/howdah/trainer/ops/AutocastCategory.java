// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/** In which precision an op runs while autocast is on. */
public enum AutocastCategory {
    /** In the 16-bit dtype: matrix products. */
    LOW,
    /** In float32: losses and other ops that lose too much in 16 bits. */
    FP32,
    /** In the dtype that its input has. */
    KEEP,
    /** In the widest dtype of its inputs. */
    PROMOTE
}
