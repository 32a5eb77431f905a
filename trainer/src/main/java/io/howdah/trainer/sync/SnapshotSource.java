// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.checkpoint.BlobInfo;
import java.util.List;

/**
 * A committed snapshot to go on from.
 *
 * @param set name of the committed set
 * @param blobs the servers' blobs of it in order of server, as many as there were servers then
 */
public record SnapshotSource(String set, List<BlobInfo> blobs) {}
