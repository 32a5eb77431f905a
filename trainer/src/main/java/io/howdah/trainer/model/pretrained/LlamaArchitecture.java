// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.LlamaNetwork;
import io.howdah.trainer.model.lm.LlamaSettings;
import io.howdah.trainer.model.lm.RotaryScaling;
import io.howdah.trainer.model.lm.RotaryScaling.Rule;
import io.howdah.trainer.model.lm.TransformerSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** LlamaForCausalLM, whose files hold queries, keys, values, gate and up one by one. */
final class LlamaArchitecture implements Architecture {
    private static final Map<String, Rule> RULES =
            Map.of("default", Rule.NONE, "linear", Rule.LINEAR, "llama3", Rule.LLAMA3);

    @Override
    public String className() {
        return "LlamaForCausalLM";
    }

    @Override
    public String modelType() {
        return "llama";
    }

    @Override
    public String model() {
        return LanguageModels.LLAMA;
    }

    @Override
    public Map<String, String> settings(ConfigJson config) {
        return read(config).settings();
    }

    @Override
    public LanguageNetwork network(ConfigJson config) {
        return LlamaNetwork.toBeLoaded(read(config));
    }

    private static LlamaSettings read(ConfigJson config) {
        config.choice("hidden_act", "silu", Map.of("silu", "silu"));
        config.expect("attention_bias", false);
        config.expect("mlp_bias", false);
        long width = config.natural("hidden_size", null);
        long heads = config.natural("num_attention_heads", null);
        long keyHeads = config.natural("num_key_value_heads", heads);
        if (heads % keyHeads != 0) {
            keyHeads = config.refuse("num_key_value_heads", keyHeads, "a divisor of num_attention_heads", heads);
        }
        long headWidth = config.natural("head_dim", Math.max(1, width / heads));
        if (headWidth % 2 != 0) {
            headWidth = config.refuse("head_dim", headWidth, "an even number", 2L);
        }
        TransformerSizes sizes = new TransformerSizes(
                config.natural("vocab_size", null),
                config.natural("max_position_embeddings", null),
                width,
                (int) config.natural("num_hidden_layers", null),
                heads,
                config.natural("intermediate_size", null));
        // Older versions of the library write the base beside the scaling, newer ones both together.
        ConfigJson rope = config.object(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        double theta = (rope.has("rope_theta") ? rope : config).decimal("rope_theta", 10_000);
        return new LlamaSettings(
                sizes,
                keyHeads,
                headWidth,
                config.decimal("rms_norm_eps", 1e-6),
                theta,
                scaling(rope, sizes.context()),
                config.flag("tie_word_embeddings", false) ? Head.TIED : Head.UNTIED);
    }

    private static RotaryScaling scaling(ConfigJson rope, long context) {
        Rule rule = rope.choice(rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type", "default", RULES);
        if (rule == Rule.NONE) {
            return RotaryScaling.NONE;
        }
        double low = rope.decimal("low_freq_factor", RotaryScaling.NONE.low());
        double high = rope.decimal("high_freq_factor", RotaryScaling.NONE.high());
        if (!(high > low)) {
            high = rope.refuse("high_freq_factor", high, "more than low_freq_factor=" + low, low + 1);
        }
        return new RotaryScaling(
                rule, rope.decimal("factor", 1), low, high, rope.natural("original_max_position_embeddings", context));
    }

    @Override
    public boolean describes(LanguageNetwork network) {
        return network instanceof LlamaNetwork;
    }

    @Override
    public void describe(LanguageNetwork network, ObjectNode config) {
        LlamaSettings settings = ((LlamaNetwork) network).settings();
        TransformerSizes sizes = settings.sizes();
        config.put("vocab_size", sizes.vocabulary())
                .put("max_position_embeddings", sizes.context())
                .put("hidden_size", sizes.width())
                .put("intermediate_size", sizes.hidden())
                .put("num_hidden_layers", sizes.layers())
                .put("num_attention_heads", sizes.heads())
                .put("num_key_value_heads", settings.keyHeads())
                .put("head_dim", settings.headWidth())
                .put("hidden_act", "silu")
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("rms_norm_eps", settings.epsilon())
                .put("rope_theta", settings.theta())
                .put("tie_word_embeddings", settings.head() == Head.TIED);
        RotaryScaling scaling = settings.scaling();
        if (scaling.rule() == Rule.NONE) {
            return;
        }
        ObjectNode rope = config.putObject("rope_scaling")
                .put("rope_type", scaling.rule().text())
                .put("factor", scaling.factor());
        if (scaling.rule() == Rule.LLAMA3) {
            rope.put("low_freq_factor", scaling.low())
                    .put("high_freq_factor", scaling.high())
                    .put("original_max_position_embeddings", scaling.original());
        }
    }

    @Override
    public List<TensorPart> parts(LanguageNetwork network) {
        LlamaSettings settings = ((LlamaNetwork) network).settings();
        long queries = settings.sizes().heads() * settings.headWidth();
        long keys = settings.keyHeads() * settings.headWidth();
        long hidden = settings.sizes().hidden();
        List<TensorPart> parts = new ArrayList<>();
        parts.add(TensorPart.whole(prefix() + "embed_tokens.weight", "tokens.weight"));
        for (int i = 0; i < settings.sizes().layers(); i++) {
            String theirs = prefix() + "layers." + i + ".";
            String own = "blocks." + i + ".";
            String qkv = own + "attention.qkv.weight";
            parts.add(TensorPart.whole(theirs + "input_layernorm.weight", own + "norm1.weight"));
            parts.add(TensorPart.rows(theirs + "self_attn.q_proj.weight", qkv, 0, queries));
            parts.add(TensorPart.rows(theirs + "self_attn.k_proj.weight", qkv, queries, keys));
            parts.add(TensorPart.rows(theirs + "self_attn.v_proj.weight", qkv, queries + keys, keys));
            parts.add(TensorPart.whole(theirs + "self_attn.o_proj.weight", own + "attention.out.weight"));
            parts.add(TensorPart.whole(theirs + "post_attention_layernorm.weight", own + "norm2.weight"));
            parts.add(TensorPart.rows(theirs + "mlp.gate_proj.weight", own + "gate_up.weight", 0, hidden));
            parts.add(TensorPart.rows(theirs + "mlp.up_proj.weight", own + "gate_up.weight", hidden, hidden));
            parts.add(TensorPart.whole(theirs + "mlp.down_proj.weight", own + "down.weight"));
        }
        parts.add(TensorPart.whole(prefix() + "norm.weight", "norm.weight"));
        if (settings.head() == Head.UNTIED) {
            parts.add(TensorPart.whole("lm_head.weight", "head.weight"));
        }
        return parts;
    }

    @Override
    public String prefix() {
        return "model.";
    }

    /** Frequencies of the positions, which older files hold. */
    @Override
    public Pattern ignored() {
        return Pattern.compile("(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");
    }
}
