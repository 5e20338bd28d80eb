/**
 * REST for devices, runs, sessions, selectors and the queue, the event feed and the dashboard
 * files. One class a command. Threads: commands start on an event loop and go on where the store
 * answers.
 */
@NullMarked
package io.gridfleet.lb.api;

import org.jspecify.annotations.NullMarked;
