// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Kernels of training by the JDK's vector instructions, where they beat oneDNN's; for JVMs that have that module. */
@NullMarked
package io.howdah.trainer.kernel.vector;

import org.jspecify.annotations.NullMarked;
