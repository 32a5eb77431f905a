// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/** In which precision an op runs while autocast is on; the lists are PyTorch's for CPUs. */
public enum AutocastCategory {
    /** In the 16-bit dtype: matrix products. */
    LOW,
    /** In float32: losses and other ops that lose too much in 16 bits. */
    FP32,
    /** In the dtypes that its inputs have; where these differ, as they promote without autocast. */
    KEEP,
    /** In the widest floating-point dtype of its inputs. */
    PROMOTE
}
