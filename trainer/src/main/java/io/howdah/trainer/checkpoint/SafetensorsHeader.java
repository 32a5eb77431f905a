// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parsed and checked header of a safetensors file: tensors in the order of their bytes, without holes. */
record SafetensorsHeader(Map<String, String> metadata, List<SafetensorsTensor> tensors) {
    static final String METADATA = "__metadata__";

    /** Larger headers are refused before memory is allocated for them; the limit of the reference implementation. */
    static final long MAXIMUM_BYTES = 100_000_000;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Map<DType, String> NAMES = new EnumMap<>(Map.of(
            DType.FLOAT64, "F64",
            DType.FLOAT32, "F32",
            DType.FLOAT16, "F16",
            DType.BFLOAT16, "BF16",
            DType.INT64, "I64",
            DType.INT32, "I32",
            DType.UINT8, "U8",
            DType.BOOL, "BOOL"));

    static String nameOf(DType dtype) {
        return NAMES.getOrDefault(dtype, "");
    }

    static SafetensorsHeader parse(byte[] json, String file) throws IOException {
        if (json.length == 0 || json[0] != '{') {
            throw malformed(file, "its header does not begin with {");
        }
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new IOException(malformed(file, "its header is no JSON").getMessage(), e);
        }
        Map<String, String> metadata = new TreeMap<>();
        List<SafetensorsTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .properties()
                        .forEach(text ->
                                metadata.put(text.getKey(), text.getValue().asText()));
            } else {
                tensors.add(tensor(field.getKey(), field.getValue(), file));
            }
        }
        tensors.sort(Comparator.comparingLong(SafetensorsTensor::begin).thenComparingLong(SafetensorsTensor::end));
        long offset = 0;
        for (SafetensorsTensor tensor : tensors) {
            if (tensor.begin() != offset) {
                throw malformed(
                        file, "tensor " + tensor.name() + " begins at " + tensor.begin() + " instead of " + offset);
            }
            offset = tensor.end();
        }
        return new SafetensorsHeader(metadata, List.copyOf(tensors));
    }

    private static SafetensorsTensor tensor(String name, JsonNode node, String file) throws IOException {
        DType dtype = null;
        String dtypeName = node.path("dtype").asText();
        for (Map.Entry<DType, String> known : NAMES.entrySet()) {
            if (known.getValue().equals(dtypeName)) {
                dtype = known.getKey();
            }
        }
        if (dtype == null) {
            throw malformed(file, "tensor " + name + " has dtype " + dtypeName + ", known are " + NAMES.values());
        }
        long begin = longs(node.path("data_offsets"), file, name, 2)[0];
        long end = longs(node.path("data_offsets"), file, name, 2)[1];
        long[] sizes = longs(node.path("shape"), file, name, node.path("shape").size());
        try {
            Shape shape = Shape.of(sizes);
            if (end - begin == Math.multiplyExact(shape.elements(), (long) dtype.bytes())) {
                return new SafetensorsTensor(name, dtype, shape, begin, end);
            }
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new IOException(
                    malformed(file, "tensor " + name + " has an impossible shape")
                            .getMessage(),
                    e);
        }
        throw malformed(file, "tensor " + name + " has offsets that do not fit its shape");
    }

    private static long[] longs(JsonNode array, String file, String name, int count) throws IOException {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            JsonNode element = array.path(i);
            if (!element.isIntegralNumber() || !element.canConvertToLong() || element.asLong() < 0) {
                throw malformed(file, "tensor " + name + " has a shape or offsets that are no natural numbers");
            }
            values[i] = element.asLong();
        }
        if (!array.isArray() || array.size() != count) {
            throw malformed(file, "tensor " + name + " lacks its shape or offsets");
        }
        return values;
    }

    static IOException malformed(String file, String what) {
        return new IOException("Cannot read safetensors: file=" + file + ", " + what
                + ", expected a whole file of this format; restore it from another checkpoint");
    }
}
