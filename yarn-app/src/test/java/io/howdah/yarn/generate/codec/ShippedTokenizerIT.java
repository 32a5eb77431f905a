// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.howdah.trainer.model.pretrained.ByteTokenizer;
import java.io.File;
import org.junit.jupiter.api.Test;

/** The tokenizer as howdah.jar carries it: its classes, its native library, and nothing else of where it comes from. */
class ShippedTokenizerIT {
    @Test
    void encodesWithTheNativeOfTheJar() throws Exception {
        assertThat(new File(HuggingFaceTokenizer.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()))
                .hasName("howdah.jar");
        try (TextCodec codec = TextCodecs.of(new ByteTokenizer(), new int[] {0})) {
            assertThat(codec.encode("hé")).containsExactly(104, 195, 169);
        }
        ClassLoader loader = HuggingFaceTokenizer.class.getClassLoader();
        assertThat(loader.getResource("native/lib/linux-x86_64/cpu/libtokenizers.so"))
                .isNotNull();
        assertThat(loader.getResource("ai/djl/Model.class")).isNull();
    }
}
