/** How listeners are called. Any thread; uses nothing of the other packages. */
@NullMarked
package io.gridfleet.lb.listener;

import org.jspecify.annotations.NullMarked;
