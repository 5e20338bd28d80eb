package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules in one file: what they import and export is the same as one by one. */
final class UiBundleTest {
  private final UiBundle first = UiBundle.first();

  @Test
  void eachModuleIsAFunctionThatReturnsItsExports() {
    first.add("a.js", "export const one = 1;\nconst two = 2;\nexport { two, two as deux };\n");
    first.add(
        "b/c.js", "import { one, deux as zwei } from '../a.js';\nexport async function f() {}");
    assertThat(first.text())
        .isEqualTo(
            """
            export const modules = {};
            modules['a.js'] = (() => {
            const one = 1;
            const two = 2;
            return { one, two, deux: two };
            })();
            modules['b/c.js'] = (() => {
            const { one, deux: zwei } = modules['a.js'];
            async function f() {}
            return { f };
            })();
            """);
  }

  @Test
  void aLibraryThatIsMinifiedIsAModuleAsWell() {
    first.add("lib", "var n=1,t=new Map;export{n as h,t as map};");
    first.add("lib/more", "import{h as n}from\"lib\";var r=n;export default function(s){return r}");
    first.add("a.js", "import more from 'lib/more';\nexport const html = more();");
    assertThat(first.text())
        .contains("var n=1,t=new Map;\nreturn { h: n, map: t };")
        .contains(
            "const {h: n} = modules['lib'];var r=n;const defaultExport = function(s){return r}")
        .contains("return { default: defaultExport };")
        .contains("const { default: more } = modules['lib/more'];\nconst html = more();");
  }

  @Test
  void theNextFileUsesTheModulesOfTheFirst() {
    first.add("screens/a.js", "export const one = 1;");
    UiBundle next = first.next("/first.js");
    next.add("screens/b.js", "import { one } from './a.js';\nexport class B {}");
    assertThat(next.text())
        .startsWith("import { modules } from '/first.js';\nexport { modules };\n")
        .contains("const { one } = modules['screens/a.js'];\nclass B {}\nreturn { B };");
    assertThatThrownBy(() -> first.add("c.js", "import { B } from './screens/b.js';"))
        .hasMessage("c.js imports ./screens/b.js, which doesn't come before it");
  }

  /** Else the file would run, and mean something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "export let changing = 1;",
        "export var changing = 1;",
        "export * from 'a';",
        "import * as all from 'a';",
        "import 'a';",
        "import one, { two } from 'a';",
        "export default class {}",
        "const here = import.meta.url;"
      })
  void aModuleWhoseMeaningWouldChangeIsRefused(String source) {
    first.add("a", "export const one = 1;");
    assertThatThrownBy(() -> first.add("b", source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("b can't be joined with others: ");
  }

  @Test
  void aModuleImportsOnlyWhatIsThereOnce() {
    assertThatThrownBy(() -> first.add("a", "import { b } from 'b';"))
        .hasMessage("a imports b, which doesn't come before it");
    first.add("b", "");
    assertThatThrownBy(() -> first.add("b", "")).hasMessage("two modules are called b");
  }
}
