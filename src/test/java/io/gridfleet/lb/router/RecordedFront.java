package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.ClientExchange;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client's side without a connection, for calls that a real connection never makes. */
final class RecordedFront implements ClientExchange {
  /** What the client would have received. */
  final List<String> answers = new CopyOnWriteArrayList<>();

  private final EventLoop loop;

  RecordedFront(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public SocketAddress client() {
    return new InetSocketAddress("127.0.0.1", 1);
  }

  @Override
  public boolean isModern() {
    return true;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public boolean requestComplete() {
    return true;
  }

  @Override
  public void interim(HttpResponse head) {
    answers.add("interim " + head.status().code());
  }

  @Override
  public void head(HttpResponse head) {
    answers.add("head " + head.status().code());
  }

  @Override
  public void part(HttpContent part) {
    part.release();
    answers.add("part");
  }

  @Override
  public void flush() {}

  @Override
  public void unlessDelivered(Runnable lost) {}

  @Override
  public void whole(FullHttpResponse answer) {
    answers.add("whole " + answer.status().code());
    answer.release();
  }

  @Override
  public void cut() {
    answers.add("cut");
  }

  @Override
  public void read(boolean on) {}

  @Override
  public void within(Duration time) {}

  @Override
  public Channel handOver(HttpResponse switching, ChannelHandler tunnel) {
    throw new IllegalStateException("no connection");
  }
}
