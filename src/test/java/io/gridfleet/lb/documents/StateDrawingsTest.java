package io.gridfleet.lb.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.gridfleet.lb.state.StateDrawing;
import io.gridfleet.lb.state.StateTable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every transition table of the program is drawn in the documents as it is. {@code
 * -Dgridfleet.golden.write=true} writes the drawings anew, where the page has a place for them.
 */
final class StateDrawingsTest {
  private static final Path PAGE = Pages.SITE.resolve("state-machines.md");

  @Test
  void everyTableIsDrawnAsItIs() throws IOException, ReflectiveOperationException {
    String page = Files.readString(PAGE);
    String current = page;
    List<String> missing = new ArrayList<>();
    for (StateTable<?, ?, ?> table : tables()) {
      String begin = "<!-- drawing: " + table.name() + " -->\n```mermaid\n";
      int from = current.indexOf(begin);
      if (from < 0) {
        missing.add(begin);
      } else {
        int to = current.indexOf("```", from + begin.length());
        current =
            current.substring(0, from + begin.length())
                + StateDrawing.of(table)
                + current.substring(to);
      }
    }
    assertThat(missing).as("places for drawings in %s", PAGE).isEmpty();
    assertThat(current.split("<!-- drawing: ", -1)).hasSize(tables().size() + 1);
    if (Boolean.getBoolean("gridfleet.golden.write")) {
      Files.writeString(PAGE, current);
    }
    assertThat(page).isEqualTo(current);
  }

  private static List<StateTable<?, ?, ?>> tables() throws ReflectiveOperationException {
    List<StateTable<?, ?, ?>> found = new ArrayList<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.gridfleet.lb")) {
      for (JavaField each : type.getFields()) {
        if (each.getRawType().isEquivalentTo(StateTable.class)
            && each.getModifiers().contains(JavaModifier.STATIC)) {
          Field field = Class.forName(type.getName()).getDeclaredField(each.getName());
          field.setAccessible(true);
          found.add((StateTable<?, ?, ?>) field.get(null));
        }
      }
    }
    found.sort(Comparator.comparing(StateTable::name));
    return found;
  }
}
