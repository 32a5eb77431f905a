// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The tokenizer of models of bytes, as files of the Hugging Face library: token n is byte n of the text in UTF-8.
 *
 * <p>It is that library's byte-level tokenizer without merges, whose vocabulary names every byte by a printable character
 * (Radford et al., “Language models are unsupervised multitask learners”, 2019).
 */
public final class ByteTokenizer implements ModelFolder {
    /** Number of tokens. */
    public static final int VOCABULARY = 256;

    private static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";

    @Override
    public String location() {
        return "tokenizer of bytes";
    }

    @Override
    public List<String> files() {
        return List.of(TOKENIZER, CONFIG);
    }

    @Override
    public InputStream open(String file) throws IOException {
        ObjectNode content =
                switch (file) {
                    case TOKENIZER -> tokenizer();
                    case CONFIG ->
                        JsonFiles.object()
                                .put("tokenizer_class", "PreTrainedTokenizerFast")
                                .put("clean_up_tokenization_spaces", false);
                    default -> throw new FileNotFoundException(file);
                };
        return new ByteArrayInputStream(JsonFiles.bytes(content));
    }

    private static ObjectNode tokenizer() {
        ObjectNode root = JsonFiles.object().put("version", "1.0");
        root.putNull("truncation").putNull("padding").putArray("added_tokens");
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        int others = 0;
        for (int token = 0; token < VOCABULARY; token++) {
            int character = isPrintable(token) ? token : VOCABULARY + others++;
            vocabulary.put(Character.toString(character), token);
        }
        model.putArray("merges");
        return root;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    /** In Latin-1, and no space. */
    private static boolean isPrintable(int character) {
        return character > ' ' && character < 0x7F || character > 0xA0 && character != 0xAD;
    }
}
