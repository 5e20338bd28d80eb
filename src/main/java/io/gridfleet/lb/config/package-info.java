/**
 * YAML to records: durations, secrets from files and environment, all problems reported at once
 * with file, line and nearest name. Threads: {@code main}, and the watcher of inventory files.
 */
@NullMarked
package io.gridfleet.lb.config;

import org.jspecify.annotations.NullMarked;
