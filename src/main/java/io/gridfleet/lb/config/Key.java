package io.gridfleet.lb.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes a component of a configuration record for operators. Every component of a record that
 * {@link ConfigLoader} reads has one.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /** Marks a key without a fallback of its own. */
  String NO_FALLBACK = "\0";

  /** One sentence for {@code conf/reference.yaml}. */
  String doc();

  /**
   * The value when the key is absent, as in YAML; items of a list are separated by commas. Without
   * it an {@code Optional}, list or map is empty, a nested record has its own fallbacks, and
   * everything else is required.
   */
  String fallback() default NO_FALLBACK;

  /** The smallest allowed value, as in YAML. */
  String min() default "";

  /** The largest allowed value, as in YAML. */
  String max() default "";

  /** A value for the reference if there is no fallback to show. */
  String example() default "";

  /** Whether a scalar in place of the record sets this key. At most one of a record. */
  boolean shorthand() default false;

  /** Whether no message may show the value. */
  boolean secret() default false;
}
