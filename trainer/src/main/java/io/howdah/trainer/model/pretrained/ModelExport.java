// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a model in the layout of the Hugging Face library, so that its {@code from_pretrained} loads it. */
public final class ModelExport {
    private static final String GENERATION = "generation_config.json";
    private static final int BUFFER = 1 << 20;

    /** Files of a pretrained model that hold for what was trained from it too. */
    private static final List<String> COMPANIONS = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            GENERATION);

    private final NextTokenModel model;
    private final @Nullable TokenHeads heads;
    private final Architecture architecture;
    private final DType dtype;

    private ModelExport(NextTokenModel model, @Nullable TokenHeads heads, Architecture architecture, DType dtype) {
        this.model = model;
        this.heads = heads;
        this.architecture = architecture;
        this.dtype = dtype;
    }

    /**
     * @param dtype of the written weights: float32, bfloat16 or float16
     * @throws IllegalArgumentException for models that the library does not have; it lists those that can be written
     */
    public static ModelExport of(TrainableModel model, DType dtype) {
        NextTokenModel known = LanguageModels.nextToken(model).orElse(null);
        if (known == null || !canBeWritten(known)) {
            throw new IllegalArgumentException("Cannot export: model=" + model.name() + ", expected one of "
                    + Architectures.ALL.stream().map(Architecture::model).toList() + "; export another model");
        }
        if (!dtype.isFloating() || dtype == DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "Cannot export: dtype=" + dtype + ", expected float32, bfloat16 or float16; choose one of them");
        }
        TokenHeads heads = LanguageModels.heads(model).orElse(null);
        return new ModelExport(known, heads, Architectures.of(known.module()), dtype);
    }

    private static boolean canBeWritten(NextTokenModel model) {
        return Architectures.ALL.stream().anyMatch(known -> known.describes(model.module()));
    }

    /**
     * Writes and commits a set of blobs: config.json, generation_config.json, model.safetensors, the tokenizer of
     * {@code origin}, and the heads that the model has.
     *
     * @param origin what the training started from, or null
     * @throws IOException if the set exists, or a weight does not fit the dtype; nothing is visible then
     */
    public void write(BlobStore blobs, String set, @Nullable ModelFolder origin) throws IOException {
        boolean committed = false;
        blobs.abandon(set);
        try {
            put(blobs, set, PretrainedModel.CONFIG, JsonFiles.bytes(config()));
            put(blobs, set, GENERATION, JsonFiles.bytes(generation()));
            if (origin != null) {
                copyCompanions(blobs, set, origin);
            }
            try (OutputStream out = new BufferedOutputStream(blobs.create(set, WeightFiles.SINGLE), BUFFER)) {
                SafetensorsWriter.write(out, Map.of("format", "pt"), entries());
            }
            if (heads != null) {
                HeadsFile.write(blobs, set, heads, dtype);
            }
            blobs.commit(set);
            committed = true;
        } finally {
            if (!committed) {
                blobs.abandon(set);
            }
        }
    }

    private static void put(BlobStore blobs, String set, String blob, byte[] content) throws IOException {
        try (OutputStream out = blobs.create(set, blob)) {
            out.write(content);
        }
    }

    private static void copyCompanions(BlobStore blobs, String set, ModelFolder origin) throws IOException {
        for (String file : origin.files()) {
            if (COMPANIONS.contains(file)) {
                try (InputStream in = origin.open(file);
                        OutputStream out = blobs.create(set, file)) {
                    in.transferTo(out);
                }
            }
        }
    }

    private ObjectNode config() {
        ObjectNode config = JsonFiles.object();
        config.putArray("architectures").add(architecture.className());
        config.put("model_type", architecture.modelType());
        architecture.describe(model.module(), config);
        // Both names of one thing: newer versions of the library say dtype.
        return config.put("bos_token_id", model.separator())
                .put("eos_token_id", model.separator())
                .put("torch_dtype", dtype.toString())
                .put("dtype", dtype.toString());
    }

    private ObjectNode generation() {
        return JsonFiles.object()
                .put("_from_model_config", true)
                .put("bos_token_id", model.separator())
                .put("eos_token_id", model.separator());
    }

    private List<SafetensorsEntry> entries() {
        List<SafetensorsEntry> entries = new ArrayList<>();
        for (TensorPart part : architecture.parts(model.module())) {
            Tensor source = part.of(model.module().parameter(part.parameter()));
            entries.add(new ConvertedTensor(part.file(), source, dtype).entry());
        }
        return entries;
    }
}
