/**
 * YAML to records: durations, secrets from files and environment, all problems reported at once
 * with file, line and nearest name. Threads: {@code main}, and the watcher of inventory files;
 * those of a large lab are read first by the common pool too.
 */
@NullMarked
package io.gridfleet.lb.config;

import org.jspecify.annotations.NullMarked;
