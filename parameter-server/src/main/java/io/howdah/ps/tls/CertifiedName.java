// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a certificate names; written as its only alternative name, the URI {@code howdah:/job id/role/index/attempt}.
 *
 * @param jobId job; letters, digits and {@code ._-}
 * @param role what the process is in the job, for instance {@code worker}; letters
 * @param index which of its role, from 0
 * @param attempt counts the processes that had this place, from 0
 */
public record CertifiedName(String jobId, String role, int index, int attempt) {
    private static final Pattern JOB_ID = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern TEXT = Pattern.compile("howdah:/([A-Za-z0-9._-]+)/([a-z]+)/([0-9]{1,9})/([0-9]{1,9})");
    private static final int URI_KIND = 6;

    public CertifiedName {
        if (!TEXT.matcher(text(jobId, role, index, attempt)).matches()) {
            throw new IllegalArgumentException("Cannot name a process: jobId=" + jobId + " role=" + role + " index="
                    + index + " attempt=" + attempt + ", expected a job of letters, digits and ._-, a role of letters,"
                    + " and numbers from 0; choose others");
        }
    }

    static void checkJobId(String jobId) {
        if (!JOB_ID.matcher(jobId).matches()) {
            throw new IllegalArgumentException("Cannot certify processes: jobId=" + jobId
                    + ", expected letters, digits and ._- alone; choose another");
        }
    }

    /**
     * Whom {@code certificate} names.
     *
     * @throws IllegalArgumentException if it does not name a process of a job
     */
    public static CertifiedName of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null && names.size() == 1) {
                List<?> name = names.iterator().next();
                Matcher text = TEXT.matcher(String.valueOf(name.get(1)));
                if (name.get(0).equals(URI_KIND) && text.matches()) {
                    return new CertifiedName(
                            text.group(1),
                            text.group(2),
                            Integer.parseInt(text.group(3)),
                            Integer.parseInt(text.group(4)));
                }
            }
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("Cannot read certificate: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("Cannot read certificate: subject=" + certificate.getSubjectX500Principal()
                + ", expected one alternative name howdah:/job/role/index/attempt; get it from the job's authority");
    }

    /** The URI. */
    @Override
    public String toString() {
        return text(jobId, role, index, attempt);
    }

    private static String text(String jobId, String role, int index, int attempt) {
        return "howdah:/" + jobId + "/" + role + "/" + index + "/" + attempt;
    }
}
