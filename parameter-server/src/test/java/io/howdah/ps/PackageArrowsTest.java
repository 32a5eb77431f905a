// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.howdah.ps", importOptions = ImportOption.DoNotIncludeTests.class)
class PackageArrowsTest {
    @ArchTest
    static final ArchRule NETTY_STAYS_IN_WIRE = noClasses()
            .that()
            .resideOutsideOfPackage("io.howdah.ps.wire")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule WIRE_KNOWS_NOTHING_OF_PARAMETERS = noClasses()
            .that()
            .resideInAPackage("io.howdah.ps.wire")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.howdah.ps");

    @ArchTest
    static final ArchRule NO_HADOOP =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.hadoop..");
}
