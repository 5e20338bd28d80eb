package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The session lists of the node protocols, in a lab without tokens. */
@ExtendWith(LeakCheck.class)
final class SessionDiscoveryTest {
  @RegisterExtension final Lab lab = new Lab();

  private List<String> ids(String path) throws IOException {
    JsonNode list = lab.ask("GET", path, "").answered().value();
    assertThat(list.isArray()).as(list.toString()).isTrue();
    return list.findValuesAsText("id");
  }

  @Test
  void allLiveSessionsAreListedAndEndedOnesAreNot() throws IOException {
    lab.start(2);
    assertThat(ids("/sessions")).isEmpty();
    String one = lab.session("");
    String two = lab.session("");

    assertThat(ids("/sessions")).containsExactlyInAnyOrder(one, two);
    assertThat(ids("/wd/hub/appium/sessions")).containsExactlyInAnyOrder(one, two);
    JsonNode appium = lab.ask("GET", "/appium/sessions", "").answered().value();
    assertThat(appium).allSatisfy(each -> assertThat(each.path("created").asLong()).isPositive());
    assertThat(appium)
        .allSatisfy(
            each ->
                assertThat(each.path("capabilities").path("udid").asText()).startsWith("phone-"));

    lab.delete(one);
    assertThat(ids("/sessions")).containsExactly(two);
  }
}
