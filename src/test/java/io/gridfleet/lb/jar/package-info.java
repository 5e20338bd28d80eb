/** What the built jar holds. */
@NullMarked
package io.gridfleet.lb.jar;

import org.jspecify.annotations.NullMarked;
