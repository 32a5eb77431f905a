// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.DecoderRows;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import io.howdah.trainer.decode.sampling.Chance.Purpose;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Drafts with a network: a smaller one with the same vocabulary (Leviathan et al. 2023), or the first blocks of the target
 * itself (Zhang et al., “Draft &amp; Verify”, 2024). It keeps a cache of its own, which follows the histories: what was not
 * accepted is forgotten, what it has not read, prompts too, is read with the next draft: if there is none it costs nothing.
 */
public final class ModelDrafter implements Drafter {
    private static final int CHUNK = 256;

    private final String name;
    private final DecoderNetwork network;
    private final KvCache cache;
    private final int deepest;
    private final Map<Integer, Follower> followers = new HashMap<>();
    private final NodeBatch batch = new NodeBatch();

    /** What the cache holds of one sequence. */
    private record Follower(CachedSequence cached, TokenHistory read) {
        /** Forgets what is not at the beginning of the history, whose last token is never among what is kept. */
        void follow(TokenHistory history) {
            int common = 0;
            int most = Math.min(read.length(), history.length() - 1);
            while (common < most && read.token(common) == history.token(common)) {
                common++;
            }
            read.truncate(common);
            cached.truncate(common);
        }
    }

    private ModelDrafter(String name, DecoderNetwork network, long cacheBytes, int deepest) {
        if (deepest < 1) {
            throw new IllegalArgumentException(
                    "Cannot draft: deepest=" + deepest + ", expected at least 1; correct the depth");
        }
        this.name = name;
        this.network = network;
        this.cache = network.cache(cacheBytes);
        this.deepest = deepest;
    }

    /**
     * Drafts with another network.
     *
     * @param cacheBytes budget of its keys and values
     */
    public static ModelDrafter of(DecoderNetwork network, long cacheBytes, int deepest) {
        return new ModelDrafter("model", network, cacheBytes, deepest);
    }

    /** Drafts with the first blocks of the target, its last normalisation and its head. */
    public static ModelDrafter earlyExit(DecoderNetwork target, int blocks, long cacheBytes, int deepest) {
        return new ModelDrafter("early-exit", target.first(blocks), cacheBytes, deepest);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public OptionalInt vocabulary() {
        return OptionalInt.of(network.vocabulary());
    }

    @Override
    public int deepest() {
        return deepest;
    }

    @Override
    public void open(int sequence, SequenceSampler sampler, int positions) {
        int slots = Math.min(positions, network.context()) + deepest;
        followers.put(sequence, new Follower(cache.open(slots), new TokenHistory()));
    }

    @Override
    public boolean hasRoomFor(int positions) {
        return cache.hasRoomFor(Math.min(positions, network.context()) + deepest);
    }

    /** Reads all tokens but the last {@code CHUNK} and the last one, chunk by chunk. */
    private void catchUp(Follower follower, TokenHistory history) {
        while (history.length() - 1 - follower.read.length() > CHUNK) {
            batch.clear();
            int until = Math.min(history.length() - 1, follower.read.length() + CHUNK);
            add(follower, history, until, Wanted.NOTHING);
            network.forward(cache, batch);
            follower.cached.acceptChain(batch.rows());
        }
    }

    /** Adds a history's tokens up to {@code until}, of which the last one is wanted. */
    private void add(Follower follower, TokenHistory history, int until, Wanted wanted) {
        int parent = CachedSequence.COMMITTED;
        for (int at = follower.read.length(); at < until; at++) {
            int token = history.token(at);
            parent = batch.add(follower.cached, token, parent, at == until - 1 ? wanted : Wanted.NOTHING);
            follower.read.push(token);
        }
    }

    @Override
    public void draft(List<DraftRequest> requests) {
        List<DraftRequest> going = new ArrayList<>();
        int[] lengths = new int[requests.size()];
        for (int i = 0; i < lengths.length; i++) {
            DraftRequest request = requests.get(i);
            lengths[i] = request.sampler().history().length();
            if (lengths[i] <= network.context()) {
                follower(request).follow(request.sampler().history());
                catchUp(follower(request), request.sampler().history());
                going.add(request);
            }
        }
        for (int depth = 1; !going.isEmpty(); depth++) {
            extend(going);
            int reached = depth;
            going.removeIf(request ->
                    reached >= request.depth() || request.sampler().history().length() > network.context());
        }
        for (int i = 0; i < lengths.length; i++) {
            requests.get(i).sampler().history().truncate(lengths[i]);
        }
    }

    private Follower follower(DraftRequest request) {
        return Objects.requireNonNull(followers.get(request.sequence()));
    }

    /** One more token for each: reads its newest tokens, and drafts the one behind them. */
    private void extend(List<DraftRequest> requests) {
        batch.clear();
        int[] last = new int[requests.size()];
        int[] added = new int[requests.size()];
        for (int i = 0; i < last.length; i++) {
            Follower follower = follower(requests.get(i));
            TokenHistory history = requests.get(i).sampler().history();
            int before = batch.rows();
            add(follower, history, history.length(), Wanted.LOGITS);
            added[i] = batch.rows() - before;
            last[i] = batch.rows() - 1;
        }
        DecoderRows rows = network.forward(cache, batch);
        for (int i = 0; i < last.length; i++) {
            DraftRequest request = requests.get(i);
            follower(request).cached.acceptChain(added[i]);
            choose(request, rows, last[i]);
        }
    }

    private void choose(DraftRequest request, DecoderRows rows, int row) {
        SequenceSampler sampler = request.sampler();
        DraftTree tree = request.tree();
        int parent = tree.size() - 1;
        int token;
        if (request.drawing() == Drawing.MATCHING || sampler.settings().isGreedy()) {
            token = sampler.choose(rows.logits(), rows.logitsAt(row), network.vocabulary());
            tree.add(parent, token);
        } else if (request.drawing() == Drawing.LIKELIEST) {
            token = sampler.distribution(rows.logits(), rows.logitsAt(row), network.vocabulary())
                    .likeliest();
            tree.add(parent, token);
        } else {
            TokenDistribution distribution =
                    sampler.distribution(rows.logits(), rows.logitsAt(row), network.vocabulary());
            token = sampler.chance().draw(Purpose.DRAFT, sampler.history().length(), 0, distribution);
            tree.add(parent, token, distribution.probabilities());
        }
        sampler.history().push(token);
    }

    @Override
    public void close(int sequence) {
        Objects.requireNonNull(followers.remove(sequence)).cached.close();
    }

    @Override
    public void close() {
        followers.values().forEach(follower -> follower.cached.close());
        followers.clear();
    }
}
