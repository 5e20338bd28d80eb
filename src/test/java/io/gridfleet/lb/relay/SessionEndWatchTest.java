package io.gridfleet.lb.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the success of the command {@code session.end} ends a session. */
final class SessionEndWatchTest {
  private int ends;
  private final SessionEndWatch watch = new SessionEndWatch(() -> ends++);

  private static ByteBuf frame(String text) {
    byte[] payload = text.replace('\'', '"').getBytes(US_ASCII);
    return Unpooled.buffer().writeByte(0x81).writeByte(payload.length).writeBytes(payload);
  }

  private void client(String text) {
    watch.fromClient(frame(text));
  }

  private void node(String text) {
    watch.fromNode(frame(text));
  }

  @Test
  void itsSuccessEndsTheSessionOnce() {
    client("{'id':1,'method':'session.end','params':{}}");
    node("{'type':'event','method':'log.entryAdded','params':{}}");
    assertThat(ends).isZero();
    node("{'type':'success','id':1,'result':{}}");
    client("{'id':2,'method':'session.end','params':{}}");
    node("{'type':'success','id':2,'result':{}}");
    assertThat(ends).isEqualTo(1);
  }

  @Test
  void afterAnErrorTheNextOneEndsIt() {
    client("{'id':1,'method':'session.end','params':{}}");
    node("{'type':'error','id':1,'error':'unknown error','message':''}");
    node("{'type':'success','id':1,'result':{}}");
    assertThat(ends).isZero();
    client("{'id':2,'method':'session.end','params':{}}");
    node("{'type':'success','id':2,'result':{}}");
    assertThat(ends).isEqualTo(1);
  }

  @Test
  void whatAnotherCommandGetsIsNotItsAnswer() {
    client("{'id':1,'method':'session.end','params':{}}");
    node("{'type':'success','id':2,'result':{}}");
    node("{'type':'success','id':null,'result':{}}");
    node("no json");
    assertThat(ends).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':1,'method':'session.status','params':{'a':'session.end'}}",
        "{'id':1,'method':'session.end'}",
        "{'id':-1,'method':'session.end','params':{}}",
        "session.end",
        "[1,'session.end']"
      })
  void whatIsNotTheCommandEndsNothing(String text) {
    client(text);
    node("{'type':'success','id':1,'result':{}}");
    node("{'type':'success','id':-1,'result':{}}");
    assertThat(ends).isZero();
  }
}
