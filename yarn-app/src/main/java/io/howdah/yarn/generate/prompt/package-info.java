// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
/** Prompts: their formats, and how they are shared out to tasks. */
@NullMarked
package io.howdah.yarn.generate.prompt;

import org.jspecify.annotations.NullMarked;
