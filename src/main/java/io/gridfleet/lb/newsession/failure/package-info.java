/**
 * Classifies what a node answered to New Session: whose fault it is, by the rows of {@code
 * known-failures.yaml} and of the configuration. Threads: any; no state.
 */
@NullMarked
package io.gridfleet.lb.newsession.failure;

import org.jspecify.annotations.NullMarked;
