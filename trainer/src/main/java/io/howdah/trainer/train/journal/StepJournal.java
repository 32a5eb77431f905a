// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes one JSON object per line and step, as {@code docs/formats.md} specifies. The stream stays open; it is flushed
 * after every line.
 */
public final class StepJournal implements TrainingListener {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OutputStream out;

    public StepJournal(OutputStream out) {
        this.out = out;
    }

    @Override
    public void onStep(StepProgress progress) throws IOException {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("step", progress.step());
        line.put("epoch", progress.epoch());
        number(line, "loss", progress.loss());
        number(line, "learningRate", progress.learningRate());
        number(line, "gradientNorm", progress.outcome().gradientNorm());
        number(line, "lossScale", progress.lossScale());
        number(line, "samplesPerSecond", progress.examplesPerSecond());
        line.put("skipped", progress.outcome().decision() == StepOutcome.Decision.SKIP);
        out.write(JSON.writeValueAsBytes(line));
        out.write('\n');
        out.flush();
    }

    /** JSON has no NaN and no infinity; null stands for both. */
    private static void number(ObjectNode line, String name, double value) {
        if (Double.isFinite(value)) {
            line.put(name, value);
        } else {
            line.putNull(name);
        }
    }
}
