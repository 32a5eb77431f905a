/** What runs inside containers: the parameter server, the worker, the evaluator. */
@NullMarked
package io.howdah.yarn.task;

import org.jspecify.annotations.NullMarked;
