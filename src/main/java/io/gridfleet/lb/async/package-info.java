/**
 * Asynchronous work that no caller waits for: what happens with its failure, once and after a
 * delay. Any thread; uses nothing of the other packages.
 */
@NullMarked
package io.gridfleet.lb.async;

import org.jspecify.annotations.NullMarked;
