// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.hdfs.HdfsDataset;
import io.howdah.hdfs.Part;
import io.howdah.trainer.amp.AmpKeys;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.RemoteTables;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.SavedTables;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.train.CheckpointReader;
import io.howdah.trainer.train.CheckpointWriter;
import io.howdah.trainer.train.Evaluator;
import io.howdah.trainer.train.ResumePoint;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.Surroundings;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.trainer.train.TrainingListener;
import io.howdah.trainer.train.TrainingLoop;
import io.howdah.trainer.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** One process's part in a training: its data, model and checkpoints, in a container or in a plain JVM. */
public final class TrainingSession implements AutoCloseable {
    private final Configuration hadoop;
    private final Config config;
    private final Dataset training;
    private final Dataset heldOut;
    private final HdfsBlobStore blobs;
    private final TrainableModel model;
    private final Consumer<String> phase;
    private volatile @Nullable TrainingLoop loop;
    private volatile boolean stopped;

    /**
     * Opens the data and builds the model.
     *
     * @param phase told what is being done, for people who wait
     */
    public TrainingSession(Configuration hadoop, Config config, Consumer<String> phase) throws IOException {
        this.hadoop = hadoop;
        this.config = Pretraining.completed(hadoop, config);
        this.phase = phase;
        Backends.use(config.get(TrainKeys.BACKEND));
        Path input = new Path(config.get(TrainKeys.INPUT));
        this.training = HdfsDataset.open(hadoop, input, Part.TRAIN);
        this.heldOut = HdfsDataset.open(hadoop, input, Part.HELDOUT);
        this.blobs = checkpoints(hadoop, config);
        this.model = Models.create(this.config, training.properties(), config.get(TrainKeys.SEED));
    }

    /** The checkpoints of a job. */
    public static HdfsBlobStore checkpoints(Configuration hadoop, Config config) {
        return HdfsBlobStore.at(hadoop, new Path(config.get(TrainKeys.OUTPUT), "checkpoints"));
    }

    public BlobStore blobs() {
        return blobs;
    }

    /** Loads natives and compiles kernels, so that the first step does not wait for them. */
    void warmUp() throws IOException {
        // In training, the batch would enter running statistics.
        model.module().evaluate();
        try (ExampleReader reader = training.open(ReadOrder.sequential(), Position.START);
                GradMode.Scope noGrad = GradMode.noGrad();
                StepScope scope = StepScope.open();
                Batch batch = reader.next(config.getInt(TrainKeys.BATCH_SIZE))) {
            RemoteTables tables = model.remoteTables();
            tables.readFrom(SavedTables.empty(tables.specs()));
            try (RemoteTables.Binding rows = tables.bind(batch)) {
                model.losses(batch).toFloats();
            }
        }
    }

    /**
     * Trains with {@code store} until the last step or {@link #stop}.
     *
     * @param ownWorkers logical workers of this process
     * @param attempt how many processes have computed these before
     * @param listener told of steps, and of evaluations and checkpoints where this process leads
     */
    public TrainingResult run(
            ParameterStore store, SyncSettings sync, List<Integer> ownWorkers, int attempt, TrainingListener listener)
            throws IOException, InterruptedException {
        phase.accept("training");
        CheckpointWriter writer = new CheckpointWriter(blobs, store, config.settings(), training.properties());
        TrainSettings settings = TrainSettings.of(config, sync, ownWorkers, attempt);
        ResumePoint resume = resumePoint(sync.logicalWorkers());
        try (Journals journals =
                settings.leads() ? Journals.open(hadoop, config, resume.step(), attempt) : Journals.none()) {
            List<TrainingListener> listeners = new ArrayList<>(journals.listeners());
            listeners.add(phases());
            listeners.add(listener);
            TrainingLoop created = new TrainingLoop(
                    model,
                    training,
                    store,
                    settings,
                    new Surroundings(listeners, writer, this::evaluate, System::nanoTime));
            loop = created;
            if (stopped) {
                created.requestStop();
            }
            return created.run(resume);
        }
    }

    /** After an evaluation in the middle, training goes on. */
    private TrainingListener phases() {
        return new TrainingListener() {
            @Override
            public void onStep(StepProgress progress) {
                phase.accept("training");
            }
        };
    }

    /** Where the readers go on: at the newest checkpoint if the job resumes, else at the start. */
    private ResumePoint resumePoint(int logicalWorkers) throws IOException {
        CheckpointReader reader = new CheckpointReader(blobs);
        String newest = config.get(TrainKeys.RESUME) ? reader.newest() : null;
        if (newest == null) {
            Pretraining.load(hadoop, config, model);
            return ResumePoint.start(logicalWorkers);
        }
        Manifest manifest = reader.manifest(newest);
        if (!model.module().buffers().isEmpty()) {
            // Weights come from the parameter store, running statistics from here alone.
            reader.loadModel(newest, manifest, model);
        }
        return ResumePoint.of(manifest);
    }

    /** What the parameter store goes on from, or null for a fresh start. */
    public static @Nullable SnapshotSource resumed(BlobStore blobs, Config config) throws IOException {
        CheckpointReader reader = new CheckpointReader(blobs);
        String newest = config.get(TrainKeys.RESUME) ? reader.newest() : null;
        if (newest == null) {
            return null;
        }
        Manifest manifest = reader.manifest(newest);
        return reader.snapshot(newest, manifest);
    }

    /** Ends {@link #run} at the next step boundary. */
    public void stop() {
        stopped = true;
        TrainingLoop running = loop;
        if (running != null) {
            running.requestStop();
        }
    }

    /** What the closing summary shows of a training; empty where this process does not lead. */
    public Map<String, String> results(TrainingResult result) {
        Map<String, String> results = new LinkedHashMap<>();
        if (result.checkpoint() != null) {
            results.put("checkpoint", blobs.location(result.checkpoint()));
        }
        if (result.evaluation() != null) {
            results.putAll(Measurement.of(result.evaluation()));
        }
        EvaluationTrack track = result.track();
        if (track != null && result.checkpoint() != null) {
            results.put("best." + config.get(TrainKeys.METRIC), Double.toString(track.best()));
            results.put("best.step", Long.toString(track.bestStep()));
        }
        return results;
    }

    @Override
    public void close() throws IOException {
        training.close();
        heldOut.close();
    }

    private Evaluation evaluate(TrainableModel trained) throws IOException {
        phase.accept("evaluating");
        Evaluation evaluation =
                Evaluator.evaluate(trained, DType.named(config.get(AmpKeys.DTYPE)), training.properties(), heldOut);
        phase.accept("committing");
        return evaluation;
    }
}
