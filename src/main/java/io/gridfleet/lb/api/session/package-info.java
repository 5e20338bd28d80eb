/**
 * Sessions: lists, single rows, and reports of suites. Threads: the API's executor and the store's.
 */
@NullMarked
package io.gridfleet.lb.api.session;

import org.jspecify.annotations.NullMarked;
