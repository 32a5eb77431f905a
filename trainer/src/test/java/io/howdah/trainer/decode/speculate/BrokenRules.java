// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.Chance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import java.util.ArrayList;
import java.util.List;

/** Rules that are wrong in the ways that published code was; tests have to notice. */
final class BrokenRules {
    private BrokenRules() {}

    /** Claims nothing that its fault would contradict, and takes independent drafts. */
    private abstract static class Broken implements AcceptanceRule {
        private final String name;

        Broken(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean isLossless() {
            return false;
        }

        @Override
        public DraftRequest.Drawing drawing() {
            return DraftRequest.Drawing.INDEPENDENT;
        }
    }

    /** Draws from the target where it should draw from the residual. */
    static final class WithoutResidual extends Broken {
        WithoutResidual() {
            super("without residual");
        }

        @Override
        public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
            int node = DraftTree.ROOT;
            List<Integer> nodes = new ArrayList<>();
            while (node + 1 < tree.size()) {
                int token = tree.token(node + 1);
                double p = sampler.distribution(scores.logits(), scores.at(node), scores.vocabulary())
                        .probabilities()[token];
                if (!sampler.chance().accepts(nodes.size(), 0, p, tree.distribution(node + 1)[token])) {
                    break;
                }
                node++;
                nodes.add(node);
                sampler.history().push(token);
            }
            sampler.history().push(sampler.choose(scores.logits(), scores.at(node), scores.vocabulary()));
            int[] path = nodes.stream().mapToInt(i -> i).toArray();
            return new AcceptedPath(path, new int[path.length + 1]);
        }
    }

    /**
     * Each path from the root to a leaf draws by itself, at shared nodes too, and the longest accepted one is kept: as Medusa's
     * sampling from a nucleus. Siblings get a chance each where there is one for all.
     */
    static final class DrawPerPath extends Broken {
        DrawPerPath() {
            super("draw per path");
        }

        @Override
        public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
            List<Integer> kept = List.of();
            int behind = -1;
            int row = 0;
            for (int node = 0; node < tree.size(); node++) {
                if (isLeaf(tree, node)) {
                    List<Integer> accepted = new ArrayList<>();
                    int token = follow(tree, path(tree, node), accepted, row++, scores, sampler);
                    if (behind < 0 || accepted.size() > kept.size()) {
                        kept = accepted;
                        behind = token;
                    }
                }
            }
            kept.forEach(node -> sampler.history().push(tree.token(node)));
            sampler.history().push(behind);
            int[] nodes = kept.stream().mapToInt(node -> node).toArray();
            return new AcceptedPath(nodes, new int[nodes.length + 1]);
        }

        /** Fills {@code accepted}; returns the token that was drawn behind. */
        private static int follow(
                DraftTree tree,
                List<Integer> path,
                List<Integer> accepted,
                int row,
                TargetScores scores,
                SequenceSampler sampler) {
            int node = DraftTree.ROOT;
            while (true) {
                int position = sampler.history().length() + accepted.size();
                int token = sampler.chance()
                        .draw(
                                Chance.Purpose.TOKEN,
                                position,
                                row,
                                sampler.distribution(scores.logits(), scores.at(node), scores.vocabulary()));
                if (accepted.size() == path.size() || tree.token(path.get(accepted.size())) != token) {
                    return token;
                }
                node = path.get(accepted.size());
                accepted.add(node);
            }
        }

        private static boolean isLeaf(DraftTree tree, int node) {
            for (int other = node + 1; other < tree.size(); other++) {
                if (tree.parent(other) == node) {
                    return false;
                }
            }
            return true;
        }

        private static List<Integer> path(DraftTree tree, int leaf) {
            List<Integer> path = new ArrayList<>();
            for (int node = leaf; node != DraftTree.ROOT; node = tree.parent(node)) {
                path.add(0, node);
            }
            return path;
        }
    }
}
