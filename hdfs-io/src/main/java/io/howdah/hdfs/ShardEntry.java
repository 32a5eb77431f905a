// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

/**
 * One shard in a manifest.
 *
 * @param path path relative to the dataset's directory, for instance {@code train/part-00000.arrow}
 * @param bytes length of the file
 * @param rows number of rows, at least 1
 * @param crc32c CRC-32C of the whole file
 */
public record ShardEntry(String path, long bytes, long rows, int crc32c) {}
