/**
 * The web UI: its files with the names under which browsers keep them, and its sign-ins. Knows
 * neither HTTP nor the facts that the screens show, which come from the API. Threads: any; reading
 * the files belongs off the event loops, everything is immutable afterwards.
 */
@NullMarked
package io.gridfleet.lb.ui;

import org.jspecify.annotations.NullMarked;
