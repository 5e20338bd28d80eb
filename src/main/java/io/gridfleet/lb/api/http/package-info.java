/**
 * Requests and responses of the API: path, parameters, body, errors in the envelope of
 * rest.md#errors, and descriptions of operations. Threads: any; no shared state.
 */
@NullMarked
package io.gridfleet.lb.api.http;

import org.jspecify.annotations.NullMarked;
