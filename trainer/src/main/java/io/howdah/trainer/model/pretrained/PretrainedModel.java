// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.checkpoint.SafetensorsTensor;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model in the layout of the Hugging Face library: {@code config.json} and {@code model.safetensors}, or several files
 * with {@code model.safetensors.index.json}; float32, bfloat16, float16 or float64.
 */
public final class PretrainedModel {
    static final String CONFIG = "config.json";
    private static final String HEAD = "lm_head.weight";

    private final ModelFolder folder;
    private final Architecture architecture;
    private final JsonNode config;

    private PretrainedModel(ModelFolder folder, Architecture architecture, JsonNode config) {
        this.folder = folder;
        this.architecture = architecture;
        this.config = config;
    }

    /**
     * Reads config.json.
     *
     * @throws IOException if it is missing, or asks for what cannot be done; everything is told at once
     * @throws IllegalArgumentException for an unknown architecture; it lists the known ones
     */
    public static PretrainedModel open(ModelFolder folder) throws IOException {
        List<String> files = folder.files();
        if (!files.contains(CONFIG)) {
            throw new IOException("Cannot read model: folder=" + folder.location() + " holds " + files + ", expected "
                    + CONFIG + "; correct the path");
        }
        JsonNode config = JsonFiles.read(folder, CONFIG);
        Architecture architecture = Architectures.of(config, folder.location() + "/" + CONFIG);
        PretrainedModel model = new PretrainedModel(folder, architecture, config);
        model.settings();
        return model;
    }

    /** The {@code howdah.} settings from which {@link io.howdah.trainer.model.Models} makes a model of these sizes. */
    public Map<String, String> settings() throws IOException {
        ConfigJson json = new ConfigJson(config, folder.location() + "/" + CONFIG);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(ModelKeys.NAME.name(), architecture.model());
        settings.putAll(architecture.settings(json));
        json.check();
        return settings;
    }

    /**
     * The network with its weights in float32; the caller closes it.
     *
     * @throws IOException if weights and config.json do not fit each other; all differences are told at once
     */
    public LanguageNetwork network() throws IOException {
        WeightFiles files = WeightFiles.of(folder);
        LanguageNetwork network = architecture.network(new ConfigJson(config, folder.location() + "/" + CONFIG));
        boolean done = false;
        try {
            load(network, files);
            done = true;
            return network;
        } finally {
            if (!done) {
                network.close();
            }
        }
    }

    /**
     * Copies the weights into a network of the same sizes.
     *
     * @throws IOException if they do not fit; all differences are told at once, and nothing is copied then
     */
    public void load(LanguageNetwork network) throws IOException {
        if (!architecture.describes(network)) {
            throw new IllegalArgumentException("Cannot load weights: network="
                    + network.getClass().getSimpleName() + " folder=" + folder.location() + ", expected "
                    + architecture.model() + "; set " + ModelKeys.NAME.name() + " to it");
        }
        load(network, WeightFiles.of(folder));
    }

    private void load(LanguageNetwork network, WeightFiles files) throws IOException {
        Map<String, TensorPart> places = new LinkedHashMap<>();
        architecture.parts(network).forEach(part -> places.put(plain(part.file()), part));
        checkFit(network, places, files.tensors());
        files.forEach((name, tensor) -> {
            TensorPart part = places.get(plain(name));
            if (part != null) {
                Tensor owner = network.parameter(part.parameter());
                Backends.current().convert(tensor, part.of(owner));
                owner.bumpVersion();
            }
        });
    }

    private void checkFit(LanguageNetwork network, Map<String, TensorPart> places, Map<String, SafetensorsTensor> found)
            throws IOException {
        Map<String, SafetensorsTensor> plainlyFound = new LinkedHashMap<>();
        found.forEach((name, tensor) -> plainlyFound.put(plain(name), tensor));
        List<String> differences = new ArrayList<>();
        places.forEach((name, part) -> {
            Shape shape = part.of(network.parameter(part.parameter())).shape();
            SafetensorsTensor tensor = plainlyFound.get(name);
            if (tensor == null) {
                differences.add("missing: " + part.file() + " " + shape);
            } else if (!tensor.shape().equals(shape)) {
                differences.add("shape differs: " + tensor.name() + " is " + tensor.shape() + ", expected " + shape);
            } else if (!tensor.dtype().isFloating()) {
                differences.add("dtype differs: " + tensor.name() + " is " + tensor.dtype()
                        + ", expected a floating-point one");
            }
        });
        found.forEach((name, tensor) -> {
            if (!places.containsKey(plain(name)) && !isIgnored(plain(name))) {
                differences.add("unexpected: " + name + " " + tensor.shape());
            }
        });
        if (!differences.isEmpty()) {
            throw new IOException("Cannot load weights: folder=" + folder.location()
                    + ", expected the weights that " + CONFIG + " describes; correct one of them. Differences: "
                    + String.join("; ", differences));
        }
    }

    /** A head that is tied may be in a file all the same. */
    private boolean isIgnored(String name) {
        return name.equals(HEAD) || architecture.ignored().matcher(name).matches();
    }

    /** A name without the prefix, which files of models without a head lack. */
    private String plain(String name) {
        return name.startsWith(architecture.prefix())
                ? name.substring(architecture.prefix().length())
                : name;
    }
}
