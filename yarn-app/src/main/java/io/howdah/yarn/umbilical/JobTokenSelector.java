// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import java.util.Collection;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.security.token.TokenIdentifier;
import org.apache.hadoop.security.token.TokenSelector;
import org.jspecify.annotations.Nullable;

/** Picks the job token of the current user for a connection to the ApplicationMaster. */
public final class JobTokenSelector implements TokenSelector<JobTokenIdentifier> {
    @Override
    @SuppressWarnings("unchecked") // the kind tells the identifier's type
    public @Nullable Token<JobTokenIdentifier> selectToken(
            Text service, Collection<Token<? extends TokenIdentifier>> tokens) {
        for (Token<? extends TokenIdentifier> token : tokens) {
            if (JobTokenIdentifier.KIND.equals(token.getKind())) {
                return (Token<JobTokenIdentifier>) token;
            }
        }
        return null;
    }
}
