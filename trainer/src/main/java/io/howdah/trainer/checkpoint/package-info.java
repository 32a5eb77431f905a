/** Checkpoints: safetensors blobs and a JSON manifest, committed as one. */
@NullMarked
package io.howdah.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
