/**
 * The documents as HTML: the pages of {@code src/site/markdown} and the example files of {@code
 * conf}, which the build puts into the jar. Input: a name. Output: bytes with their content type.
 * Threads: any; reading and rendering belongs off the event loops, everything is immutable
 * afterwards.
 */
@NullMarked
package io.gridfleet.lb.documents;

import org.jspecify.annotations.NullMarked;
