/**
 * Tests with real parts: a browser and its driver, Appium servers, the command line tools of
 * others.
 *
 * <p>{@link io.gridfleet.lb.parts.RealPart} says where each part is, and turns one that is missing
 * into a named skip, or into a failure where parts are required. Each test starts the built jar as
 * a process of its own ({@link io.gridfleet.lb.parts.FrontDoorProcess}) and ends it.
 */
@NullMarked
package io.gridfleet.lb.parts;

import org.jspecify.annotations.NullMarked;
