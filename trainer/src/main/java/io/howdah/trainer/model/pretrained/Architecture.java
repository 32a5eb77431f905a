// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.model.lm.LanguageNetwork;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** How a class of models of the Hugging Face library and one of these models stand for each other; a row of {@link Architectures}. */
interface Architecture {
    /** The library's class, as config.json names it under {@code architectures}. */
    String className();

    /** The library's {@code model_type}. */
    String modelType();

    /** Name in {@link io.howdah.trainer.model.Models}. */
    String model();

    /** The {@code howdah.} settings that make the model; problems stay with {@code config}. */
    Map<String, String> settings(ConfigJson config);

    /** The model with weights that are still to be loaded. */
    LanguageNetwork network(ConfigJson config);

    /** Whether {@link #config} and {@link #parts} know this network. */
    boolean describes(LanguageNetwork network);

    /** What config.json has to say of a network beside its class. */
    void describe(LanguageNetwork network, ObjectNode config);

    /** Every tensor that a file of this network holds. */
    List<TensorPart> parts(LanguageNetwork network);

    /** What names begin with in files of the whole model, and may lack in files of the part without a head. */
    String prefix();

    /** Names, without prefix, of tensors that some files hold beside the weights. */
    Pattern ignored();
}
