// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

/**
 * Where a gradient flows to.
 *
 * @param node node that receives it
 * @param output which output of that node's forward op the gradient belongs to
 */
public record Edge(Node node, int output) {}
