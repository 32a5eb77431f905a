// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.kernel.java.JavaBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendsTest {
    @AfterEach
    void chosen() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void choosesByName() {
        assertThat(Backends.names()).containsExactly("auto", "onednn", "java");
        assertThat(Backends.use("java").name()).isEqualTo("java");
        assertThat(Backends.current().name()).isEqualTo("java");
        assertThat(Backends.use("auto").name()).isEqualTo("onednn");
        assertThatThrownBy(() -> Backends.use("cuda"))
                .hasMessageContaining("name=cuda, expected one of [auto, onednn, java]");
    }

    @Test
    void takesTheNextWhereNativesAreMissing() {
        Map<String, Supplier<Backend>> table = new LinkedHashMap<>();
        table.put("native", () -> {
            throw new UnsatisfiedLinkError("no library for this platform");
        });
        assertThatThrownBy(() -> Backends.fastest(table)).hasMessageContaining("none loads");
        table.put("java", JavaBackend::new);
        assertThat(Backends.fastest(table).name()).isEqualTo("java");
    }
}
