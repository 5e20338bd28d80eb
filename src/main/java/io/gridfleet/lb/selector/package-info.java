/**
 * The selector language: tokens, parser, sealed syntax tree, evaluation over plain attributes,
 * errors with a column. Comes in: text or JSON. Goes out: whether a device matches, and why.
 * Threads: any; everything is immutable but the caches, which belong to who creates them: {@link
 * io.gridfleet.lb.selector.AttributeTables} for the attributes of an inventory, {@link
 * io.gridfleet.lb.selector.SelectorCache} for compiled selectors.
 */
@NullMarked
package io.gridfleet.lb.selector;

import org.jspecify.annotations.NullMarked;
