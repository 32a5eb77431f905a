// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.heads.HeadCalibration.Before;
import io.howdah.trainer.decode.heads.TreeShape.Node;
import io.howdah.trainer.decode.speculate.RowCosts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Finds trees of drafts from calibrated heads: a node is accepted with the product of the rates along its path, and E[accepted] is the
 * sum of these products over all nodes (Cai et al. 2024, section 2.3.3). Other than there, heads are not taken to be right
 * independently of each other: rates are those behind heads that were right.
 */
public final class TreeSearch {
    private final HeadCalibration calibration;

    /** A node that can be added: its path of ranks, its product, and what its children are behind. */
    private record Candidate(List<Integer> ranks, double product, Before before) {}

    public TreeSearch(HeadCalibration calibration) {
        this.calibration = calibration;
    }

    /**
     * The tree of {@code nodes} nodes with the greatest E[accepted]: node by node the one with the greatest product, which
     * no later node exceeds, since products fall from parent to child and, by rank, from sibling to sibling. Fewer nodes if
     * no further one can be accepted.
     */
    public TreeShape of(int nodes) {
        return sorted(chosen(nodes));
    }

    private List<Candidate> chosen(int nodes) {
        Comparator<Candidate> best =
                Comparator.comparingDouble(Candidate::product).reversed();
        PriorityQueue<Candidate> open = new PriorityQueue<>(
                best.thenComparing(candidate -> candidate.ranks().size())
                        .thenComparing(candidate -> candidate.ranks().toString()));
        List<Candidate> chosen = new ArrayList<>();
        addChildren(open, new Candidate(List.of(), 1, Before.FIRST));
        while (chosen.size() < nodes && !open.isEmpty() && open.element().product() > 0) {
            Candidate next = open.remove();
            chosen.add(next);
            addChildren(open, next);
        }
        return chosen;
    }

    /** All children at once, so that ranks need not be sorted by their rates. */
    private void addChildren(PriorityQueue<Candidate> open, Candidate parent) {
        int head = parent.ranks().size();
        if (head == calibration.heads()) {
            return;
        }
        for (int rank = 0; rank < calibration.ranks(); rank++) {
            List<Integer> ranks = new ArrayList<>(parent.ranks());
            ranks.add(rank);
            double product = parent.product() * calibration.rate(head, parent.before(), rank);
            open.add(new Candidate(List.copyOf(ranks), product, parent.before().and(rank)));
        }
    }

    private static TreeShape sorted(List<Candidate> chosen) {
        List<Candidate> byDepth = new ArrayList<>(chosen);
        byDepth.sort(Comparator.comparingInt((Candidate c) -> c.ranks().size()));
        Map<List<Integer>, Integer> numbers = new HashMap<>(Map.of(List.of(), -1));
        List<Node> nodes = new ArrayList<>();
        for (Candidate candidate : byDepth) {
            int depth = candidate.ranks().size();
            int parent = numbers.getOrDefault(candidate.ranks().subList(0, depth - 1), -1);
            numbers.put(candidate.ranks(), nodes.size());
            nodes.add(new Node(parent, depth, candidate.ranks().get(depth - 1)));
        }
        return new TreeShape(nodes);
    }

    /** E[accepted]. */
    public double accepted(TreeShape tree) {
        double[] products = new double[tree.size()];
        Before[] states = new Before[tree.size()];
        double sum = 0;
        for (int i = 0; i < products.length; i++) {
            Node node = tree.nodes().get(i);
            boolean isRoot = node.parent() < 0;
            Before before = isRoot ? Before.FIRST : states[node.parent()];
            states[i] = before.and(node.rank());
            products[i] =
                    (isRoot ? 1 : products[node.parent()]) * calibration.rate(node.depth() - 1, before, node.rank());
            sum += products[i];
        }
        return sum;
    }

    /**
     * The tree that writes most tokens per second, (1 + E[accepted]) / (t(live·(1 + N)) + drafting), of all sizes up to {@code most};
     * empty where none is quicker than no drafts.
     *
     * @param costs measured on the machine
     * @param live sequences that are written at a time
     * @param draftNanos time of the heads per step
     */
    public TreeShape quickest(RowCosts costs, int live, double draftNanos, int most) {
        TreeShape best = TreeShape.chain(0);
        double bestRate = 1 / costs.nanos(live);
        for (int nodes = 1; nodes <= most; nodes++) {
            TreeShape tree = of(nodes);
            if (tree.size() < nodes) {
                break;
            }
            double rate = (1 + accepted(tree)) / (costs.nanos(live * (1 + nodes)) + draftNanos);
            if (rate > bestRate) {
                best = tree;
                bestRate = rate;
            }
        }
        return best;
    }
}
