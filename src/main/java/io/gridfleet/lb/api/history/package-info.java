/** What happened to requests and devices. Threads: the API's executor and the store's. */
@NullMarked
package io.gridfleet.lb.api.history;

import org.jspecify.annotations.NullMarked;
