/** The ApplicationMaster: asks YARN for containers, starts the tasks in them, and decides how the job ends. */
@NullMarked
package io.howdah.yarn.am;

import org.jspecify.annotations.NullMarked;
