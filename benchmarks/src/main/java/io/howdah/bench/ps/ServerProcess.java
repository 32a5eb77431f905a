// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import io.howdah.ps.tls.JobAuthority;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link PsServerMain} in a process with this one's class path and JVM options. */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final int port;

    ServerProcess(LinkKind kind, JobAuthority authority) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), PsServerMain.class.getName(), kind.name()));
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (kind == LinkKind.TLS) {
            StringBuilder lines = new StringBuilder();
            Certification.certify(authority, output, line -> lines.append(line).append('\n'));
            write(lines.toString());
        }
        this.port = (int) number();
    }

    int port() {
        return port;
    }

    /** Nanoseconds of processor time that it has used. */
    long processorNanos() throws IOException {
        write("\n");
        return number();
    }

    private void write(String text) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write(text.getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    private long number() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new EOFException("Cannot measure: the server's process ended, expected it to answer; see its errors");
        }
        return Long.parseLong(line);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
