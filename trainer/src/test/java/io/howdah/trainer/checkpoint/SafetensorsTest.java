// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static byte[] write(Map<String, String> metadata, SafetensorsEntry... entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, metadata, List.of(entries));
        return out.toByteArray();
    }

    private static SafetensorsReader read(byte[] bytes) throws IOException {
        return new SafetensorsReader(new ByteArrayInputStream(bytes), "test");
    }

    private static byte[] file(String header, int body) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + body)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    /** The bytes that the reference implementation's format description gives. */
    @Test
    void writesTheSpecifiedBytes() throws IOException {
        byte[] bytes = write(Map.of("k", "v"), SafetensorsEntry.of("a", Tensor.of(new float[] {1, -2}, 2, 1)));
        String header =
                "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}";
        int padded = (header.length() + 7) / 8 * 8;
        ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(content.getLong()).isEqualTo(padded);
        byte[] text = new byte[padded];
        content.get(text);
        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo(header + " ".repeat(padded - header.length()));
        assertThat(content.getFloat()).isEqualTo(1);
        assertThat(content.getFloat()).isEqualTo(-2);
        assertThat(content.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void everyDtypeComesBack(DType dtype) throws IOException {
        Tensor tensor = Tensor.zeros(dtype, Shape.of(3, 5));
        ByteBuffer bytes = tensor.buffer();
        for (int i = 0; bytes.hasRemaining(); i++) {
            bytes.put((byte) (dtype == DType.BOOL ? i % 2 : i * 7));
        }
        Tensor back = read(write(Map.of(), SafetensorsEntry.of("t", tensor))).nextTensor();
        assertThat(back.dtype()).isEqualTo(dtype);
        assertThat(back.shape()).isEqualTo(tensor.shape());
        assertThat(back.buffer()).isEqualTo(tensor.buffer());
    }

    @Test
    void readsTensorsAndArraysInOrder() throws IOException {
        float[] large = new float[40_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = i * 0.5f;
        }
        byte[] bytes = write(
                Map.of("version", "3"),
                SafetensorsEntry.of("z", large),
                SafetensorsEntry.of("empty", new float[0]),
                SafetensorsEntry.of("a", Tensor.of(large, 200, 200)));
        SafetensorsReader reader = read(bytes);
        assertThat(reader.metadata()).containsExactly(Map.entry("version", "3"));
        assertThat(reader.tensors()).extracting(SafetensorsTensor::name).containsExactlyInAnyOrder("z", "empty", "a");
        assertThat(reader.nextFloats()).containsExactly(large);
        Map<String, Tensor> rest = reader.remainingTensors();
        assertThat(rest.keySet()).containsExactlyInAnyOrder("empty", "a");
        assertThat(rest.get("a").toFloats()).containsExactly(large);
        assertThatThrownBy(reader::nextTensor).hasMessageContaining("all 3 tensors are read");
    }

    @Test
    void refusesTruncatedFiles() throws IOException {
        byte[] whole = write(Map.of(), SafetensorsEntry.of("a", new float[100]));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(part).nextTensor())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("file=test, it ends within");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{} x",
                "{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,8],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
            })
    void refusesMalformedHeaders(String header) {
        assertThatThrownBy(() -> read(file(header, 64)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Cannot read safetensors: file=test");
    }

    /** Good tensor a, then one that is described wrongly. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'dtype':'F32','shape':[1],'data_offsets':[2,6]|tensor b begins at 2 instead of 4",
                "'dtype':'F32','shape':[1],'data_offsets':[8,12]|tensor b begins at 8 instead of 4",
                "'dtype':'F8_E4M3','shape':[1],'data_offsets':[4,5]|tensor b has dtype F8_E4M3, known are",
                "'shape':[1],'data_offsets':[4,8]|tensor b has dtype , known are",
                "'dtype':'F32','shape':[2],'data_offsets':[4,8]|tensor b has offsets that do not fit its shape",
                "'dtype':'F32','shape':[1],'data_offsets':[8,4]|tensor b has offsets that do not fit its shape",
                "'dtype':'F32','shape':[1]|tensor b has a shape or offsets that are no natural numbers",
                "'dtype':'F32','shape':[-1],'data_offsets':[4,8]|tensor b has a shape or offsets",
                "'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[4,8]|tensor b has an impossible shape"
            },
            quoteCharacter = '"')
    void namesTheTensorThatIsDescribedWrongly(String described, String message) {
        String header = "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{" + described + "}}";
        assertThatThrownBy(() -> read(file(header.replace('\'', '"'), 64)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    @Test
    void namesTheTensorInWhichAFileEndsAndWhatGoesOn() throws IOException {
        byte[] whole = write(
                Map.of(), SafetensorsEntry.of("first", new float[2]), SafetensorsEntry.of("second", new float[2]));
        long missed = Garbage.collect();
        SafetensorsReader truncated = read(Arrays.copyOf(whole, whole.length - 3));
        truncated.nextFloats();
        assertThatThrownBy(truncated::nextTensor).hasMessageContaining("it ends within tensor second");
        assertThat(Garbage.collect()).isEqualTo(missed);
        SafetensorsReader longer = read(Arrays.copyOf(whole, whole.length + 1));
        longer.nextFloats();
        longer.nextFloats();
        assertThatThrownBy(longer::checkEnd).hasMessageContaining("file=test, it goes on behind its last tensor");
    }

    @Test
    void refusesGiantHeadersBeforeAllocating() {
        byte[] bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(1L << 60)
                .array();
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("its header claims 1152921504606846976 bytes");
    }

    @Test
    void refusesDuplicateNamesAndWrongBodies() {
        SafetensorsEntry entry = SafetensorsEntry.of("a", new float[1]);
        assertThatThrownBy(() -> write(Map.of(), entry, entry)).hasMessageContaining("name=a appears twice");
        SafetensorsEntry wrong = new SafetensorsEntry("b", DType.UINT8, Shape.of(3), out -> out.write(1));
        assertThatThrownBy(() -> write(Map.of(), wrong)).hasMessageContaining("name=b bytes=1, expected 3");
    }
}
