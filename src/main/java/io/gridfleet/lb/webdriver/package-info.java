/**
 * The WebDriver protocol as values: capabilities, the payload of New Session, session ids, errors,
 * JSON in and out. Threads: any; everything is immutable.
 */
@NullMarked
package io.gridfleet.lb.webdriver;

import org.jspecify.annotations.NullMarked;
