// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.data.Column;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Columns as Arrow's schema and as a text of the footer, which alone tells the shapes. A column of rank 0 is a plain Arrow
 * column, any other a fixed-size list; from rank 2 on it is marked with Arrow's extension {@code
 * arrow.fixed_shape_tensor}.
 */
final class ColumnSchema {
    private static final Pattern COLUMN = Pattern.compile("(\\S+) (\\S+) \\[([0-9, ]*)]");

    private ColumnSchema() {}

    static Schema of(ShardLayout layout) {
        String element = layout.holdsTokens() ? "token" : "item";
        return new Schema(
                layout.columns().stream().map(column -> field(column, element)).toList());
    }

    private static Field field(Column column, String elementName) {
        FieldType element = FieldType.notNullable(type(column.dtype()));
        Shape shape = column.shape();
        if (shape.rank() == 0) {
            return new Field(column.name(), element, List.of());
        }
        Map<String, String> extension = shape.rank() == 1
                ? Map.of()
                : Map.of(
                        "ARROW:extension:name",
                        "arrow.fixed_shape_tensor",
                        "ARROW:extension:metadata",
                        "{\"shape\":" + shape + "}");
        FieldType list = new FieldType(false, new ArrowType.FixedSizeList((int) shape.elements()), null, extension);
        return new Field(column.name(), list, List.of(new Field(elementName, element, List.of())));
    }

    private static ArrowType type(DType dtype) {
        return switch (dtype) {
            case UINT8 -> new ArrowType.Int(8, false);
            case INT32 -> new ArrowType.Int(32, true);
            case INT64 -> new ArrowType.Int(64, true);
            case FLOAT32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            default ->
                throw new IllegalArgumentException(
                        "Cannot store column: dtype=" + dtype + ", expected a type of shards; cast the column");
        };
    }

    /** Number of Arrow buffers of a column; the last of them holds the values. */
    static int buffers(Column column) {
        return column.shape().rank() == 0 ? 2 : 3;
    }

    /** L of packed tokens, or 0 if this is no schema of packed tokens. */
    static int sequenceLength(Schema schema) {
        List<Field> fields = schema.getFields();
        return fields.size() == 1 && fields.get(0).getType() instanceof ArrowType.FixedSizeList list
                ? list.getListSize()
                : 0;
    }

    /** For instance {@code image uint8 [3, 32, 32]; label int32 []}. */
    static String text(List<Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + column.dtype() + " " + column.shape())
                .collect(Collectors.joining("; "));
    }

    /** Reads what {@link #text} wrote. */
    static List<Column> parse(String text) {
        return Arrays.stream(text.split("; ", -1))
                .map(ColumnSchema::parseColumn)
                .toList();
    }

    private static Column parseColumn(String text) {
        Matcher matcher = COLUMN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("column " + text);
        }
        String sizes = matcher.group(3);
        Shape shape = sizes.isEmpty()
                ? Shape.of()
                : Shape.of(Arrays.stream(sizes.split(", ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray());
        return new Column(matcher.group(1), DType.named(matcher.group(2)), shape);
    }
}
