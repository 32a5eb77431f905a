// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The server's process: prints its port, after the key that it wants certified, then for each line of input its processor time in nanoseconds. */
public final class PsServerMain {
    private PsServerMain() {}

    /** @param arguments name of the {@link LinkKind} */
    public static void main(String[] arguments) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Certification certification = Certification.over(input, System.out::println);
        System.out.println(LinkKind.valueOf(arguments[0]).serve(certification));
        while (input.readLine() != null) {
            System.out.println(ProcessorTime.ofThisProcess());
        }
        System.exit(0);
    }
}
