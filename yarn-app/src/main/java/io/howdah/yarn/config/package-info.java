/** Configuration keys of the YARN application and their way from Hadoop's Configuration. */
@NullMarked
package io.howdah.yarn.config;

import org.jspecify.annotations.NullMarked;
