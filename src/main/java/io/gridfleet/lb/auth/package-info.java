/**
 * Authentication and authorisation: tokens, tenants, roles and the access rules of routes. Threads:
 * any.
 */
@NullMarked
package io.gridfleet.lb.auth;

import org.jspecify.annotations.NullMarked;
