// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.decode.TokenBytes;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;

/**
 * The tokenizer of a folder in Hugging Face's layout: encoding is that library's own, in native code; the bytes of tokens
 * are read from the same file.
 */
final class HuggingFaceCodec implements TextCodec {
    /** File of the tokenizer. */
    static final String FILE = "tokenizer.json";

    /** Where the NodeManager unpacks the library once for all tasks of a node, below the job's jar. */
    private static final String UNPACKED = "job.jar/native/lib/linux-x86_64/cpu/libtokenizers.so";

    private final HuggingFaceTokenizer tokenizer;
    private final TokenTable table;
    private final int[] beginning;

    private HuggingFaceCodec(HuggingFaceTokenizer tokenizer, TokenTable table, int[] beginning) {
        this.tokenizer = tokenizer;
        this.table = table;
        this.beginning = beginning;
    }

    /**
     * @param beginning tokens of an empty prompt, where the tokenizer gives it none
     * @throws IOException if the file is missing or of an unknown kind
     */
    static HuggingFaceCodec open(ModelFolder folder, int[] beginning) throws IOException {
        byte[] content;
        try (InputStream in = folder.open(FILE)) {
            content = in.readAllBytes();
        }
        String location = folder.location() + "/" + FILE;
        JsonNode root = new ObjectMapper().readTree(content);
        TokenTable table = TokenTable.of(root, location);
        useUnpackedLibrary();
        Map<String, String> options = Map.of("addSpecialTokens", "true", "truncation", "false", "padding", "false");
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), options);
        return new HuggingFaceCodec(tokenizer, table, beginning);
    }

    private static void useUnpackedLibrary() {
        // The library would report its use, and look for others on the network.
        System.setProperty("ai.djl.offline", "true");
        File unpacked = new File(UNPACKED);
        if (unpacked.isFile()) {
            System.setProperty("RUST_LIBRARY_PATH", unpacked.getAbsolutePath());
        }
    }

    @Override
    public int[] encode(String text) {
        long[] ids = tokenizer.encode(text, true, false).getIds();
        return ids.length == 0
                ? beginning.clone()
                : Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public TokenBytes bytes() {
        return table;
    }

    @Override
    public int vocabulary() {
        return table.size();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
