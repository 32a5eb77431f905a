// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.TokenIdentifier;

/** Names the job that a token belongs to. */
public final class JobTokenIdentifier extends TokenIdentifier {
    static final Text KIND = new Text("howdah.job");

    private final Text applicationId = new Text();

    /** For Hadoop, which reads the fields next. */
    public JobTokenIdentifier() {}

    JobTokenIdentifier(String applicationId) {
        this.applicationId.set(applicationId);
    }

    @Override
    public Text getKind() {
        return KIND;
    }

    @Override
    public UserGroupInformation getUser() {
        return UserGroupInformation.createRemoteUser(applicationId.toString());
    }

    @Override
    public void write(DataOutput out) throws IOException {
        applicationId.write(out);
    }

    @Override
    public void readFields(DataInput in) throws IOException {
        applicationId.readFields(in);
    }
}
