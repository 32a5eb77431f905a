// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/**
 * Datasets and checkpoints on any Hadoop file system. Start with {@link io.howdah.hdfs.HdfsDataset} and {@link
 * io.howdah.hdfs.HdfsBlobStore}; the file formats are specified in {@code docs/formats.md}.
 */
@NullMarked
package io.howdah.hdfs;

import org.jspecify.annotations.NullMarked;
