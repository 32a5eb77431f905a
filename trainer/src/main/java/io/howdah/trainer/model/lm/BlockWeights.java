// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

/**
 * The weights of a block that normalises before each branch: a = x + out(attention(qkv(first(x)))), a +
 * down(activation(up(second(a)))).
 *
 * @param qkv to H heads of queries, G of keys, G of values, side by side
 * @param up to the hidden layer; for SwiGLU gate and up side by side
 */
public record BlockWeights(
        NormWeights first,
        LinearWeights qkv,
        LinearWeights out,
        NormWeights second,
        LinearWeights up,
        LinearWeights down) {}
