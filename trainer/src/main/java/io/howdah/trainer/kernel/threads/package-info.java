// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** How the kernels written in Java spread their work over processors. */
@org.jspecify.annotations.NullMarked
package io.howdah.trainer.kernel.threads;
