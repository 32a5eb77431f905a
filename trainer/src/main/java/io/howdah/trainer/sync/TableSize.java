// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * What a server holds of a sparse table.
 *
 * @param table name of the table
 * @param rows rows that exist
 * @param candidates ids that are counted until they get a row
 * @param bytes memory of the rows, their state, index and counts, and of the open step's sums
 */
public record TableSize(String table, long rows, long candidates, long bytes) {}
