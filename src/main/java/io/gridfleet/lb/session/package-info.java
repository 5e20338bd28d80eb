/**
 * Sessions that exist on nodes: {@code Session}, the {@code SessionMap} port, {@code EndSession},
 * and the idle reaper. Threads: any; the reaper runs on the {@code timer}.
 */
@NullMarked
package io.gridfleet.lb.session;

import org.jspecify.annotations.NullMarked;
