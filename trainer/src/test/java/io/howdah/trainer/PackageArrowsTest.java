// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each package of the trainer uses only those before it. */
class PackageArrowsTest {
    private static final String ROOT = "io.howdah.trainer";
    private static final List<String> ORDER = List.of(
            "config",
            "tensor",
            "kernel",
            "autograd",
            "ops",
            "nn",
            "amp",
            "optim",
            "data",
            "checkpoint",
            "sync",
            "model",
            "decode",
            "train");

    private static final JavaClasses TRAINER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    static List<String> lower() {
        return ORDER.subList(0, ORDER.size() - 1);
    }

    @ParameterizedTest
    @MethodSource("lower")
    void usesNothingAboveIt(String name) {
        // A package may be still to come, hence allowEmptyShould.
        noClasses()
                .that()
                .resideInAPackage(tree(name))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above(name))
                .allowEmptyShould(true)
                .check(TRAINER);
    }

    @Test
    void everyPackageHasItsPlace() {
        ArchRule placed = classes()
                .should()
                .resideInAnyPackage(ORDER.stream().map(PackageArrowsTest::tree).toArray(String[]::new))
                .orShould()
                .haveSimpleName("package-info");
        placed.check(TRAINER);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(TRAINER);
    }

    @Test
    void onlyItsKernelsKnowOneDnn() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".kernel.onednn..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(TRAINER);
    }

    @Test
    void knowsNoClusterAndNoSockets() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.hadoop..", "io.netty..", "java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.(net|nio\\.channels)\\..*(Socket|SocketChannel)")
                .check(TRAINER);
    }

    private static String[] above(String name) {
        return IntStream.range(ORDER.indexOf(name) + 1, ORDER.size())
                .mapToObj(i -> tree(ORDER.get(i)))
                .toArray(String[]::new);
    }

    private static String tree(String name) {
        return ROOT + "." + name + "..";
    }
}
