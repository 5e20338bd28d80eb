/**
 * Tests with real parts: a browser and its driver, Appium servers, command line tools.
 *
 * <p>{@link io.gridfleet.lb.parts.RealPart} locates each part, and turns a missing one into a named
 * skip, or into a failure where parts are required. Each test starts the built jar as a process of
 * its own ({@link io.gridfleet.lb.parts.FrontDoorProcess}) and ends it.
 */
@NullMarked
package io.gridfleet.lb.parts;

import org.jspecify.annotations.NullMarked;
