// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/**
 * How a filter of R×S taps moves over H×W positions. One-dimensional windows have height 1.
 *
 * @param kernelHeight taps R
 * @param kernelWidth taps S
 * @param strideHeight step between outputs
 * @param strideWidth step between outputs
 * @param padTop positions added before the first row
 * @param padLeft positions added before the first column
 * @param dilationHeight distance between taps; 1 is dense
 * @param dilationWidth distance between taps; 1 is dense
 */
public record Window(
        int kernelHeight,
        int kernelWidth,
        int strideHeight,
        int strideWidth,
        int padTop,
        int padLeft,
        int dilationHeight,
        int dilationWidth) {}
