package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;

import javax.management.JMException;
import org.junit.jupiter.api.Test;

final class ReadingCompilationTest {
  @Test
  void theReaderOfConfigurationsIsTakenFromTheOptimizingCompilerOnce() throws JMException {
    ReadingCompilation.limit();
    ReadingCompilation.limit();
    assertThat((String) ReadingCompilation.command("compilerDirectivesPrint"))
        .containsOnlyOnce("org/yaml/snakeyaml/*")
        .contains("io/gridfleet/lb/config/*");
  }
}
