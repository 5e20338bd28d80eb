/** Evaluates a selector over the lab and explains the result. Threads: {@code matching}. */
@NullMarked
package io.gridfleet.lb.api.selector;

import org.jspecify.annotations.NullMarked;
