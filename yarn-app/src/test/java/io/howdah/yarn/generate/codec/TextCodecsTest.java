// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.model.pretrained.ByteTokenizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextCodecsTest {
    private static final String TEXT = "howdah à la carte, 象\n\u0007";

    /** A folder with one file. */
    private record Folder(String content) implements ModelFolder {
        @Override
        public String location() {
            return "folder";
        }

        @Override
        public List<String> files() {
            return List.of("tokenizer.json");
        }

        @Override
        public InputStream open(String file) {
            return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String decoded(TextCodec codec, int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int token : tokens) {
            out.writeBytes(codec.bytes().of(token));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void bytesAreTokensBehindTheSeparator() {
        ByteCodec codec = new ByteCodec(0);
        int[] tokens = codec.encode(TEXT);
        assertThat(tokens[0]).isZero();
        assertThat(tokens).hasSize(1 + TEXT.getBytes(StandardCharsets.UTF_8).length);
        assertThat(decoded(codec, tokens)).isEqualTo(TEXT);
        assertThat(codec.encode("")).containsExactly(0);
    }

    @Test
    void ourTokenizerOfBytesIsReadAsSuch() throws IOException {
        try (TextCodec codec = TextCodecs.of(new ByteTokenizer(), new int[] {0})) {
            assertThat(codec.vocabulary()).isEqualTo(256);
            byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
            int[] tokens = codec.encode(TEXT);
            assertThat(tokens).hasSize(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                assertThat(tokens[i]).isEqualTo(bytes[i] & 0xff);
            }
            assertThat(decoded(codec, tokens)).isEqualTo(TEXT);
            assertThat(codec.encode("")).containsExactly(0);
            for (int token = 0; token < 256; token++) {
                assertThat(codec.bytes().of(token)).containsExactly((byte) token);
            }
            assertThat(codec.bytes().of(256)).isEmpty();
        }
    }

    @Test
    void piecesStandForSpacesAndBytesAndSpecialOnesForNothing() throws IOException {
        String json = """
                {"version":"1.0","truncation":null,"padding":null,
                 "added_tokens":[{"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,
                                  "normalized":false,"special":true}],
                 "normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},"pre_tokenizer":null,
                 "post_processor":{"type":"TemplateProcessing",
                    "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                    "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
                    "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}},
                 "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
                    {"type":"ByteFallback"},{"type":"Fuse"}]},
                 "model":{"type":"BPE","byte_fallback":true,"unk_token":null,"fuse_unk":false,
                    "vocab":{"<s>":0,"a":1,"▁":2,"b":3,"▁b":4,"<0xC3>":5,"<0xA9>":6},"merges":["▁ b"]}}
                """;
        try (TextCodec codec = TextCodecs.of(new Folder(json), new int[0])) {
            int[] tokens = codec.encode("a bé");
            assertThat(tokens).containsExactly(0, 1, 4, 5, 6);
            assertThat(decoded(codec, tokens)).isEqualTo("a bé");
            assertThat(codec.bytes().of(5)).containsExactly((byte) 0xC3);
        }
    }

    @Test
    void refusesATokenizerThatItCannotTakeApart() throws IOException {
        String json = new ObjectMapper()
                .readTree("{\"decoder\":{\"type\":\"WordPiece\"},\"model\":{\"vocab\":{\"a\":0}}}")
                .toString();
        assertThatThrownBy(() -> TextCodecs.of(new Folder(json), new int[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("decoder=WordPiece, expected ByteLevel or Metaspace");
    }
}
