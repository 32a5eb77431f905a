// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between modules, and the fences around what only one place may touch. */
class ArchitectureTest {
    private static final String ROOT = "io.howdah";
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "trainer", Set.of(),
            "ps", Set.of("trainer"),
            "hdfs", Set.of("trainer"),
            "preprocess", Set.of("hdfs", "trainer"),
            "yarn", Set.of("trainer", "ps", "hdfs", "preprocess"));

    private static final JavaClasses HOWDAH = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyModuleHasItsPlace() {
        var seen = new TreeSet<String>();
        HOWDAH.forEach(type -> seen.add(type.getPackageName().split("\\.", -1)[2]));
        assertThat(seen).contains("trainer").isSubsetOf(MAY_USE.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"trainer", "ps", "hdfs", "preprocess", "yarn"})
    void usesOnlyTheModulesBelowIt(String module) {
        String[] others = MAY_USE.keySet().stream()
                .filter(other -> !other.equals(module) && !MAY_USE.get(module).contains(other))
                .map(ArchitectureTest::tree)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(tree(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .check(HOWDAH);
    }

    @Test
    void modulesAreFreeOfCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(HOWDAH);
    }

    @Test
    void trainerAndParameterServerKnowNoHadoop() {
        noClasses()
                .that()
                .resideInAnyPackage(tree("trainer"), tree("ps"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.hadoop..")
                .check(HOWDAH);
    }

    @Test
    void onlyItsKernelsKnowOneDnn() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("trainer.kernel.onednn"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(HOWDAH);
    }

    @Test
    void onlyTheWireKnowsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("ps.wire"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(HOWDAH);
    }

    @Test
    void onlyMainsReadTheEnvironmentOrExit() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Main")
                .and()
                .resideOutsideOfPackage(tree("yarn.launch"))
                .should()
                .accessTargetWhere(describe("it is System.getenv, exit or halt", ArchitectureTest::belongsToMains))
                .check(HOWDAH);
    }

    private static boolean belongsToMains(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("getenv") || name.equals("exit");
            case "java.lang.Runtime" -> name.equals("exit") || name.equals("halt");
            default -> false;
        };
    }

    private static String tree(String name) {
        return ROOT + "." + name + "..";
    }
}
