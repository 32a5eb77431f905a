// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

/**
 * A blob that was written completely.
 *
 * @param name name inside its checkpoint
 * @param bytes length
 * @param crc32c CRC-32C of all bytes, as the unsigned value's low 32 bits
 */
public record BlobInfo(String name, long bytes, int crc32c) {}
