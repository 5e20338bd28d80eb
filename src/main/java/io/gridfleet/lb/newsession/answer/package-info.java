/**
 * Answers for created sessions: capabilities, public URLs, direct connection, and the bytes of an
 * answer that began before its outcome was known. Threads: the executor of the request.
 */
@NullMarked
package io.gridfleet.lb.newsession.answer;

import org.jspecify.annotations.NullMarked;
