// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "** a/b/C.java true",
                "**/*.java C.java true",
                "**/*.java a/b/C.java true",
                "**/*.java a/b/C.javas false",
                "*.java a/C.java false",
                "*.java C.java true",
                "a/** a/b/c true",
                "a/** b/a/c false",
                "a/**/c a/c true",
                "a/**/c a/x/y/c true",
                "?.txt ab.txt false",
                "**/*.{java,xml} a/b.xml true",
                "**/*.{java,xml} a/b.md false",
                "a+(b).txt a+(b).txt true",
                "a.b aXb false",
            })
    void matches(String glob, String name, boolean expected) {
        assertThat(new Glob(glob).matches(name)).isEqualTo(expected);
    }

    @Test
    void openBraceIsRefused() {
        assertThatThrownBy(() -> new Glob("*.{java")).hasMessageStartingWith("Cannot read glob: *.{java, expected");
    }
}
