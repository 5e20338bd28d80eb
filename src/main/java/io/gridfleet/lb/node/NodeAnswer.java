package io.gridfleet.lb.node;

import java.util.Map;

/**
 * A node's whole answer.
 *
 * @param status the HTTP status
 * @param headers by lower-case name; of a repeated header the last
 * @param body the bytes as received
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and large
public record NodeAnswer(int status, Map<String, String> headers, byte[] body) {}
