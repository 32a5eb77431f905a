// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

/**
 * Tokens that a forward has brought.
 *
 * @param nodes accepted nodes of the tree, from the root down
 * @param tokens their tokens, and one more that the target itself chose
 */
public record AcceptedPath(int[] nodes, int[] tokens) {
    public AcceptedPath {
        if (tokens.length != nodes.length + 1) {
            throw new IllegalArgumentException("Cannot accept: nodes=" + nodes.length + " tokens=" + tokens.length
                    + ", expected one token more than nodes; correct the rule");
        }
    }
}
