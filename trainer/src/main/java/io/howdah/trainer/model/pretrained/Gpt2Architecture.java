// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.model.lm.Gelu;
import io.howdah.trainer.model.lm.Gpt2Network;
import io.howdah.trainer.model.lm.Gpt2Settings;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TransformerSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** GPT2LMHeadModel, whose files hold the matrices of its blocks with inputs before outputs. */
final class Gpt2Architecture implements Architecture {
    private static final Map<String, Gelu> ACTIVATIONS =
            Map.of("gelu", Gelu.ERF, "gelu_new", Gelu.TANH, "gelu_pytorch_tanh", Gelu.TANH);
    private static final double DROPOUT = 0.1;

    @Override
    public String className() {
        return "GPT2LMHeadModel";
    }

    @Override
    public String modelType() {
        return "gpt2";
    }

    @Override
    public String model() {
        return LanguageModels.GPT2;
    }

    @Override
    public Map<String, String> settings(ConfigJson config) {
        return read(config).settings();
    }

    @Override
    public LanguageNetwork network(ConfigJson config) {
        return Gpt2Network.toBeLoaded(read(config));
    }

    private static Gpt2Settings read(ConfigJson config) {
        config.expect("scale_attn_weights", true);
        config.expect("scale_attn_by_inverse_layer_idx", false);
        config.expect("add_cross_attention", false);
        long width = config.natural("n_embd", null);
        long heads = config.natural("n_head", null);
        TransformerSizes sizes = new TransformerSizes(
                config.natural("vocab_size", null),
                config.natural("n_positions", null),
                width,
                (int) config.natural("n_layer", null),
                width % heads == 0 ? heads : config.refuse("n_head", heads, "a divisor of n_embd", 1L),
                config.natural("n_inner", 4 * width));
        return new Gpt2Settings(
                sizes,
                config.choice("activation_function", "gelu_new", ACTIVATIONS),
                config.decimal("layer_norm_epsilon", 1e-5),
                dropout(config),
                config.flag("tie_word_embeddings", true) ? Head.TIED : Head.UNTIED);
    }

    private static double dropout(ConfigJson config) {
        double dropout = config.decimal("resid_pdrop", DROPOUT);
        for (String other : List.of("embd_pdrop", "attn_pdrop")) {
            double found = config.decimal(other, DROPOUT);
            if (found != dropout) {
                config.refuse(other, found, "the same as resid_pdrop=" + dropout, dropout);
            }
        }
        return dropout;
    }

    @Override
    public boolean describes(LanguageNetwork network) {
        return network instanceof Gpt2Network;
    }

    @Override
    public void describe(LanguageNetwork network, ObjectNode config) {
        Gpt2Settings settings = ((Gpt2Network) network).settings();
        TransformerSizes sizes = settings.sizes();
        config.put("vocab_size", sizes.vocabulary())
                .put("n_positions", sizes.context())
                .put("n_embd", sizes.width())
                .put("n_layer", sizes.layers())
                .put("n_head", sizes.heads())
                .put("n_inner", sizes.hidden())
                .put("activation_function", settings.activation() == Gelu.ERF ? "gelu" : "gelu_new")
                .put("layer_norm_epsilon", settings.epsilon())
                .put("resid_pdrop", settings.dropout())
                .put("embd_pdrop", settings.dropout())
                .put("attn_pdrop", settings.dropout())
                .put("tie_word_embeddings", settings.head() == Head.TIED);
    }

    @Override
    public List<TensorPart> parts(LanguageNetwork network) {
        Gpt2Settings settings = ((Gpt2Network) network).settings();
        List<TensorPart> parts = new ArrayList<>();
        parts.add(TensorPart.whole(prefix() + "wte.weight", "tokens.weight"));
        parts.add(TensorPart.whole(prefix() + "wpe.weight", "positions.weight"));
        for (int i = 0; i < settings.sizes().layers(); i++) {
            String theirs = prefix() + "h." + i + ".";
            String own = "blocks." + i + ".";
            both(parts, theirs + "ln_1", own + "norm1");
            linear(parts, theirs + "attn.c_attn", own + "attention.qkv");
            linear(parts, theirs + "attn.c_proj", own + "attention.out");
            both(parts, theirs + "ln_2", own + "norm2");
            linear(parts, theirs + "mlp.c_fc", own + "up");
            linear(parts, theirs + "mlp.c_proj", own + "down");
        }
        both(parts, prefix() + "ln_f", "norm");
        if (settings.head() == Head.UNTIED) {
            parts.add(TensorPart.whole("lm_head.weight", "head.weight"));
        }
        return parts;
    }

    private static void both(List<TensorPart> parts, String theirs, String own) {
        parts.add(TensorPart.whole(theirs + ".weight", own + ".weight"));
        parts.add(TensorPart.whole(theirs + ".bias", own + ".bias"));
    }

    private static void linear(List<TensorPart> parts, String theirs, String own) {
        parts.add(TensorPart.transposed(theirs + ".weight", own + ".weight"));
        parts.add(TensorPart.whole(theirs + ".bias", own + ".bias"));
    }

    @Override
    public String prefix() {
        return "transformer.";
    }

    /** Masks of the attention, which older files hold. */
    @Override
    public Pattern ignored() {
        return Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)");
    }
}
