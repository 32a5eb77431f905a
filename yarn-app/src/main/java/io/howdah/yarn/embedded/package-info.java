/** An embedded HDFS and YARN in one process, and the demonstration that runs on it. */
@NullMarked
package io.howdah.yarn.embedded;

import org.jspecify.annotations.NullMarked;
