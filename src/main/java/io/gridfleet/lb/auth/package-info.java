/** Tokens, tenants and quotas: who asks, and what that caller may use. Threads: any. */
@NullMarked
package io.gridfleet.lb.auth;

import org.jspecify.annotations.NullMarked;
