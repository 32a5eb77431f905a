// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.train.StepProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class JournalsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static StepProgress progress(long step, StepOutcome.Decision decision, double norm) {
        StepOutcome outcome = new StepOutcome(step - 1, decision, 4, 10, norm, 2);
        return new StepProgress(step, 1000, 3, 2.5, 0.01, 1024, 80, outcome);
    }

    @Test
    void aStepIsAJsonLine() throws IOException {
        StepJournal journal = new StepJournal(out);
        journal.onStep(progress(1, StepOutcome.Decision.APPLY, 0.1 + 0.2));
        journal.onStep(progress(2, StepOutcome.Decision.SKIP, Double.NaN));
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "{\"step\":1,\"epoch\":3,\"loss\":2.5,\"learningRate\":0.01,\"gradientNorm\":0.30000000000000004,"
                                + "\"lossScale\":1024.0,\"samplesPerSecond\":80.0,\"skipped\":false}",
                        "{\"step\":2,\"epoch\":3,\"loss\":2.5,\"learningRate\":0.01,\"gradientNorm\":null,"
                                + "\"lossScale\":1024.0,\"samplesPerSecond\":80.0,\"skipped\":true}");
    }

    /** An event as it was read: its wall time, step, version text and scalars. */
    private record Event(double seconds, long step, String version, Map<String, Float> scalars) {}

    @Test
    void eventsReadBackWithTheirChecksums() throws IOException {
        TensorBoardJournal journal = new TensorBoardJournal(out, () -> 1_500);
        long step = 1L << 40 | 300;
        journal.onStep(progress(step, StepOutcome.Decision.APPLY, 0.5));
        journal.onEvaluation(step, new Evaluation(new TreeMap<>(Map.of("auc", 0.75, "loss", 1.25)), 8));
        writeIfAsked();

        List<Event> events = read(out.toByteArray());
        Map<String, Float> training = new LinkedHashMap<>();
        training.put("train/loss", 2.5f);
        training.put("train/learningRate", 0.01f);
        training.put("train/gradientNorm", 0.5f);
        training.put("train/lossScale", 1024f);
        training.put("train/samplesPerSecond", 80f);
        assertThat(events)
                .containsExactly(
                        new Event(1.5, 0, "brain.Event:2", Map.of()),
                        new Event(1.5, step, "", training),
                        new Event(1.5, step, "", Map.of("heldOut/auc", 0.75f, "heldOut/loss", 1.25f)));
    }

    /** For reading it with TensorBoard's own code. */
    private void writeIfAsked() throws IOException {
        String file = System.getProperty("journal.file");
        if (file != null) {
            Files.write(Path.of(file), out.toByteArray());
        }
    }

    @Test
    void theChecksumIsThatOfTfRecord() {
        // CRC-32C of "123456789" is e3069283, by its definition.
        int crc = 0xe3069283;
        assertThat(EventFile.maskedCrc("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo((crc >>> 15 | crc << 17) + 0xa282ead8);
    }

    private static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int value = (int) crc.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }

    private static List<Event> read(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(masked(length));
            byte[] data = new byte
                    [(int) ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong()];
            in.get(data);
            assertThat(in.getInt()).isEqualTo(masked(data));
            events.add(event(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)));
        }
        return events;
    }

    private static Event event(ByteBuffer in) {
        double seconds = 0;
        long step = 0;
        String version = "";
        Map<String, Float> scalars = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            switch (in.get()) {
                case 1 << 3 | 1 -> seconds = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = text(in);
                case 5 << 3 | 2 -> scalars(part(in), scalars);
                default -> throw new AssertionError("unexpected field");
            }
        }
        return new Event(seconds, step, version, scalars);
    }

    private static void scalars(ByteBuffer in, Map<String, Float> scalars) {
        while (in.hasRemaining()) {
            assertThat(in.get()).isEqualTo((byte) (1 << 3 | 2));
            ByteBuffer value = part(in);
            assertThat(value.get()).isEqualTo((byte) (1 << 3 | 2));
            String tag = text(value);
            assertThat(value.get()).isEqualTo((byte) (2 << 3 | 5));
            scalars.put(tag, value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
        }
    }

    private static ByteBuffer part(ByteBuffer in) {
        int length = (int) varint(in);
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return part;
    }

    private static String text(ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(part(in)).toString();
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            value |= (next & 0x7fL) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }
}
