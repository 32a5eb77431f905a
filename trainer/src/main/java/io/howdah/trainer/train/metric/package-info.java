/** What is measured of a model on held-out data; one class and one row in {@link io.howdah.trainer.train.metric.Metrics} each. */
@NullMarked
package io.howdah.trainer.train.metric;

import org.jspecify.annotations.NullMarked;
