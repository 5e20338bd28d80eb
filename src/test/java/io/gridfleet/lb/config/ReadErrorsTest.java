package io.gridfleet.lb.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

/** Why a file can't be read, in words for the operator. */
final class ReadErrorsTest {
  @Test
  void aFileWithoutPermissionIsReportedWithTheUser() {
    assertThat(ReadErrors.why(new AccessDeniedException("q.yaml")))
        .startsWith("permission denied: the user '")
        .doesNotContain("q.yaml");
  }
}
