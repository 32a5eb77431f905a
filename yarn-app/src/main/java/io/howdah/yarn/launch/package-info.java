/** The one class that loads on any JVM since Java 8. */
package io.howdah.yarn.launch;
