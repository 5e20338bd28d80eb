/**
 * What a request to the API and its answer are made of: path, parameters, body, errors in the
 * envelope of rest.md#errors, and the description of an operation. Threads: event loops; no state.
 */
@NullMarked
package io.gridfleet.lb.api.http;

import org.jspecify.annotations.NullMarked;
