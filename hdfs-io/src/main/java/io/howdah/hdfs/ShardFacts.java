// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

/**
 * What is known of one complete shard.
 *
 * @param bytes length of the file
 * @param rows number of rows
 * @param crc32c CRC-32C of the whole file
 * @param histogram counts of the tokens of all rows; empty where the rows are not packed tokens
 */
public record ShardFacts(long bytes, long rows, int crc32c, Histogram histogram) {}
