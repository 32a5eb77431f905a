// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.model.lm.LanguageNetwork;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** All architectures of others that can be read and written. */
final class Architectures {
    static final List<Architecture> ALL = List.of(new Gpt2Architecture(), new LlamaArchitecture());

    private Architectures() {}

    /**
     * The one that config.json names, by its first class, or by its type where it names none.
     *
     * @throws IllegalArgumentException for an unknown one; it lists the known ones
     */
    static Architecture of(JsonNode config, String location) {
        List<String> classes = StreamSupport.stream(config.path("architectures").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        String type = config.path("model_type").asText();
        return ALL.stream()
                .filter(known ->
                        classes.isEmpty() ? known.modelType().equals(type) : classes.contains(known.className()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot use model: file=" + location + " architectures="
                        + classes + " model_type=" + type + ", expected one of " + names() + "; use another model"));
    }

    /**
     * The one that a network can be written as.
     *
     * @throws IllegalArgumentException if there is none; it lists the known ones
     */
    static Architecture of(LanguageNetwork network) {
        return ALL.stream()
                .filter(known -> known.describes(network))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot export: network="
                        + network.getClass().getSimpleName() + ", expected one of "
                        + ALL.stream().map(Architecture::model).toList() + "; export another model"));
    }

    private static String names() {
        return ALL.stream()
                .map(known -> known.className() + " (" + known.modelType() + ")")
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
