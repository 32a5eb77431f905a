// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardGates;
import io.howdah.trainer.sync.SyncSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a server comes by its model: what workers agree on, and the weights of a worker, a snapshot or another replica. */
final class ModelBeginning {
    private static final Logger LOG = LoggerFactory.getLogger(ModelBeginning.class);

    private final ServerSession session;
    private final SyncSettings settings;
    private final ServerPlace place;
    private final SnapshotFiles files;
    private final ShardFactory shards;
    private final ShardGates gates;
    private final WeightOffers offers = new WeightOffers();
    private @Nullable ServedModel model;

    /** @param gates where versions are published */
    ModelBeginning(
            ServerSession session,
            SyncSettings settings,
            ServerPlace place,
            SnapshotFiles files,
            ShardFactory shards,
            ShardGates gates) {
        this.session = session;
        this.settings = settings;
        this.place = place;
        this.files = files;
        this.shards = shards;
        this.gates = gates;
    }

    ServedModel model() {
        if (model == null) {
            throw new IllegalArgumentException(
                    "Cannot handle frame: no parameters are agreed, expected INITIALISE first; initialise the store");
        }
        return model;
    }

    /** The shard's version; −1 before it has any. */
    long version() {
        return model == null ? -1 : model.shard().version();
    }

    /** A connection is gone, and with it what its worker offered. */
    void closed(Connection connection) {
        offers.remove(connection);
    }

    void initialise(Connection connection, ReceivedFrame frame) {
        Initialise request = frame.header(Initialise.class);
        checkAgreement("servers", request.getServers(), place.servers());
        checkAgreement("logicalWorkers", request.getLogicalWorkers(), settings.logicalWorkers());
        checkAgreement("chunkElements", request.getChunkElements(), settings.chunkElements());
        String consistency = request.getConsistency();
        checkAgreement(
                "consistency",
                consistency.isEmpty() ? Consistency.SYNC.toString() : consistency,
                settings.consistency().toString());
        ParameterTable table = Messages.table(frame.body().bytes());
        if (model == null) {
            begin(table);
        }
        ServedModel agreed = model();
        if (!agreed.table().equals(table)) {
            throw new IllegalArgumentException("Cannot initialise parameters: parameters=" + table.size()
                    + " elements=" + table.elements() + ", expected the agreed table of "
                    + agreed.table().size() + " parameters and "
                    + agreed.table().elements()
                    + " elements; all processes must build one model");
        }
        boolean unloaded = agreed.shard().version() < 0 && !files.canRestore();
        if (unloaded && request.getHasWeights()) {
            offers.add(connection);
        }
        gates.whenPublished(0, () -> {
            Initialised.Builder answer =
                    Initialised.newBuilder().setVersion(agreed.shard().version());
            if (place.decides()) {
                answer.setLossScale(agreed.coordinator().scaler().scale());
            }
            connection.send(FrameType.INITIALISED, answer.build());
        });
    }

    private static void checkAgreement(String what, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new IllegalArgumentException("Cannot initialise parameters: " + what + "=" + found + ", expected "
                    + expected + "; give all processes one configuration");
        }
    }

    private void begin(ParameterTable table) {
        ServedModel created = create(table);
        if (created != null) {
            files.restore(created.shard(), settings.initialScaler(), (scaler, problem) -> {
                if (scaler == null) {
                    session.fail(String.valueOf(problem == null ? null : problem.getMessage()));
                } else {
                    created.useScaler(scaler);
                    startIfLoaded();
                }
            });
        }
    }

    /** Makes the shard, without weights yet; null, and the job has failed, if memory is too small. */
    @Nullable
    ServedModel create(ParameterTable table) {
        ServedModel created;
        try {
            created = new ServedModel(table, settings, place, shards);
        } catch (OutOfMemoryError e) {
            session.fail("Cannot hold parameters: elements=" + table.elements() + " servers=" + place.servers()
                    + ", expected to fit the heap; use more servers or larger containers");
            return null;
        }
        model = created;
        LOG.info("Holding range: {} {}", place, created.shard().range());
        return created;
    }

    void load(Connection connection, ReceivedFrame frame) {
        if (!offers.isAsked(connection)) {
            throw ServerSession.unexpected(frame.type());
        }
        model().shard()
                .load(
                        frame.header(InitialWeights.class).getChunk(),
                        frame.body().bytes());
        startIfLoaded();
    }

    private void startIfLoaded() {
        ServedModel current = model();
        if (!current.isStarted() && current.shard().loadedIfComplete()) {
            offers.clear();
            current.start();
            session.reportShard();
            gates.open(current.shard());
        }
    }

    LossScaler initialScaler() {
        return settings.initialScaler();
    }

    /** Goes on with the state that a replica has copied. */
    void startReplica(ServedModel restored, int skips) {
        restored.startAfterSkips(skips);
        gates.open(restored.shard());
    }
}
