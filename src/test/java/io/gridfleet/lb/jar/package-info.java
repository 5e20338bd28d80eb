/** The content of the built jar. */
@NullMarked
package io.gridfleet.lb.jar;

import org.jspecify.annotations.NullMarked;
