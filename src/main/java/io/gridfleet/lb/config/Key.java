package io.gridfleet.lb.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a component of a configuration record what an operator needs to know. Every component of
 * a record that {@link ConfigLoader} reads has one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /** The fallback of a key that has none of its own. */
  String NO_FALLBACK = "\0";

  /** One sentence for {@code conf/reference.yaml}. */
  String doc();

  /**
   * What counts when the key is absent, as one would write it; items of a list with commas between
   * them. Without it an {@code Optional}, list or map is empty, a nested record has its own
   * fallbacks, and everything else must be given.
   */
  String fallback() default NO_FALLBACK;

  /** The smallest value allowed, as one would write it. */
  String min() default "";

  /** The largest value allowed, as one would write it. */
  String max() default "";

  /** A value for the reference where there is no fallback to show. */
  String example() default "";

  /** Whether a scalar in the record's place is the value of this key. At most one of a record. */
  boolean shorthand() default false;

  /** Whether no message may show the value. */
  boolean secret() default false;
}
