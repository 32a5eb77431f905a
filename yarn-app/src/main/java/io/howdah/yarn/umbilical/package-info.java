/** The control plane between the ApplicationMaster, its containers and the client: Hadoop RPC with a job token. */
@NullMarked
package io.howdah.yarn.umbilical;

import org.jspecify.annotations.NullMarked;
