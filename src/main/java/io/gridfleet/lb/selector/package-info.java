/**
 * The selector language: tokens, parser, sealed syntax tree, evaluation over plain attributes,
 * errors with a column. Comes in: text or JSON. Goes out: whether a device matches, and why.
 * Threads: any; everything is immutable.
 */
@NullMarked
package io.gridfleet.lb.selector;

import org.jspecify.annotations.NullMarked;
