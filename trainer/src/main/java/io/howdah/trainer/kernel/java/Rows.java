// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Gathers rows of a table and adds rows into it. */
final class Rows {
    private Rows() {}

    static void gather(Tensor table, Tensor ids, Tensor out) {
        int bytes = table.dtype().bytes();
        long width = table.size(1);
        long tableRow = table.stride(0) * bytes;
        long outRow = out.stride(0) * bytes;
        long idStep = ids.stride(0) * ids.dtype().bytes();
        boolean whole = table.stride(1) == 1 && out.stride(1) == 1;
        for (long i = 0; i < ids.size(0); i++) {
            long id = Elements.getLong(ids.dtype(), ids.address() + i * idStep);
            long from = table.address() + id * tableRow;
            long to = out.address() + i * outRow;
            if (whole) {
                Memory.copy(from, to, width * bytes);
            } else {
                for (long c = 0; c < width; c++) {
                    double value = Elements.get(table.dtype(), from + c * table.stride(1) * bytes);
                    Elements.put(out.dtype(), to + c * out.stride(1) * bytes, value);
                }
            }
        }
        fence(table, ids, out);
    }

    static void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        int bytes = table.dtype().bytes();
        long width = table.size(1);
        long rowStep = rows.stride(1) * bytes;
        long tableStep = table.stride(1) * bytes;
        long idStep = ids.stride(0) * ids.dtype().bytes();
        long rowStride = rows.stride(0) * bytes;
        long tableStride = table.stride(0) * bytes;
        long firstRow = rows.address();
        long firstTable = table.address();
        long firstId = ids.address();
        for (long i = 0; i < ids.size(0); i++) {
            long id = Elements.getLong(ids.dtype(), firstId + i * idStep);
            addRow(table.dtype(), firstRow + i * rowStride, rowStep, firstTable + id * tableStride, tableStep, width);
        }
        fence(rows, ids, table);
    }

    private static void addRow(DType dtype, long from, long fromStep, long to, long toStep, long width) {
        if (dtype == DType.FLOAT64) {
            for (long c = 0; c < width; c++) {
                long target = to + c * toStep;
                Memory.putDouble(target, Memory.getDouble(target) + Memory.getDouble(from + c * fromStep));
            }
        } else {
            for (long c = 0; c < width; c++) {
                long target = to + c * toStep;
                Memory.putFloat(target, Memory.getFloat(target) + Memory.getFloat(from + c * fromStep));
            }
        }
    }

    private static void fence(Tensor first, Tensor second, Tensor third) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        Reference.reachabilityFence(third);
    }
}
