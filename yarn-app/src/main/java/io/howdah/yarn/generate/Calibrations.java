// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.decode.heads.HeadCalibration;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files with calibrations of heads. */
final class Calibrations {
    private Calibrations() {}

    /** @throws IOException in one line, if there is none or it is damaged */
    static HeadCalibration read(Configuration hadoop, Path file) throws IOException {
        try (InputStream in = file.getFileSystem(hadoop).open(file)) {
            return HeadCalibration.of(new ObjectMapper().readTree(in));
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot read calibration: file=" + file + " is missing, expected one; run calibrate", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("Cannot read calibration: file=" + file + " error=" + e.getMessage(), e);
        }
    }

    /** Writes a new file, which appears whole or not at all. */
    static void write(Configuration hadoop, Path file, HeadCalibration calibration) throws IOException {
        FileSystem fileSystem = file.getFileSystem(hadoop);
        Path temporary = new Path(file.getParent(), "_temporary-" + file.getName());
        try (OutputStream out = fileSystem.create(temporary, true)) {
            out.write(new ObjectMapper().writeValueAsBytes(calibration.json()));
        }
        if (fileSystem.exists(file) || !fileSystem.rename(temporary, file)) {
            throw new IOException("Cannot write calibration: file=" + file
                    + " exists or cannot be created, expected a new file; choose another name");
        }
    }
}
