/**
 * Classifies nodes' answers to New Session by whose fault they are, by the rows of {@code
 * known-failures.yaml} and of the configuration. Threads: any; no state.
 */
@NullMarked
package io.gridfleet.lb.newsession.failure;

import org.jspecify.annotations.NullMarked;
