/**
 * Sessions: lists, single rows, and what suites report about them. Threads: event loops and the
 * store's.
 */
@NullMarked
package io.gridfleet.lb.api.session;

import org.jspecify.annotations.NullMarked;
