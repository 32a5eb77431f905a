// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Training in several processes on one machine, beside PyTorch's DistributedDataParallel. */
@NullMarked
package io.howdah.bench.distributed;

import org.jspecify.annotations.NullMarked;
