/**
 * The state of the whole lab on one page: devices by platform, who waits, recent failures, the
 * store and the replicas. Threads: the executor of the API, then the threads of the store.
 */
@NullMarked
package io.gridfleet.lb.api.overview;

import org.jspecify.annotations.NullMarked;
