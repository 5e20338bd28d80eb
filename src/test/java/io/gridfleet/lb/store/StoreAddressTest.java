package io.gridfleet.lb.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreAddress.SqliteFile;
import io.gridfleet.lb.store.StoreAddress.SqliteMemory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreAddressTest {

  @Test
  void eachFormIsRead() {
    assertThat(StoreAddress.parse("sqlite:data/lab.db"))
        .isEqualTo(new SqliteFile(Path.of("data/lab.db")));
    assertThat(StoreAddress.parse("sqlite::memory:")).isEqualTo(new SqliteMemory());
    assertThat(StoreAddress.parse("postgresql://ann@db:5432/lab"))
        .isEqualTo(new Postgres("ann", "db:5432", "lab", ""));
    assertThat(StoreAddress.parse("postgres://ann@a:1,b:2/lab?sslmode=require"))
        .isEqualTo(new Postgres("ann", "a:1,b:2", "lab", "?sslmode=require"));
    assertThat(PostgresPart.named("jdbc:postgresql://127.0.0.1:5/x?user=me"))
        .isEqualTo(new Postgres("me", "127.0.0.1:5", "x", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sqlite:",
        "mysql://a@b/c",
        "postgresql://db:5432/lab",
        "postgresql://ann@db:5432"
      })
  void anythingElseIsToldWhatAStoreIs(String text) {
    assertThatThrownBy(() -> StoreAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postgresql://user@host:5432/database");
  }

  @Test
  void aPasswordInTheAddressIsRefusedAndNotRepeated() {
    assertThatThrownBy(() -> StoreAddress.parse("postgresql://ann:geheim@db:5432/lab"))
        .hasMessageContaining("without a password, which 'passwordFile'")
        .hasMessageNotContaining("geheim");
  }
}
