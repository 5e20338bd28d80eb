package io.gridfleet.lb.store.open;

import io.gridfleet.lb.store.StoreStartException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lock file beside a SQLite file: one process uses it. The kernel releases the lock when the
 * process ends in any way.
 */
final class SqliteProcessLock implements AutoCloseable {
  private final FileChannel channel;

  private SqliteProcessLock(FileChannel channel) {
    this.channel = channel;
  }

  static SqliteProcessLock on(Path database) throws StoreStartException {
    Path folder = database.getParent();
    Path file = database.resolveSibling(database.getFileName() + ".lock");
    FileChannel channel;
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new StoreStartException(
          "The store's folder %s can't be written: %s".formatted(folder, e), e);
    }
    try {
      if (taken(channel) == null) {
        throw new StoreStartException(
            "The store sqlite:%s is in use by process %s. One process uses a SQLite file; several replicas need postgresql://."
                .formatted(database, written(channel)));
      }
      write(channel);
      return new SqliteProcessLock(channel);
    } catch (IOException | StoreStartException e) {
      closeQuietly(channel);
      if (e instanceof StoreStartException known) {
        throw known;
      }
      throw new StoreStartException("The file %s can't be used: %s".formatted(file, e), e);
    }
  }

  private static @Nullable FileLock taken(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }

  private static void write(FileChannel channel) throws IOException {
    channel.truncate(0);
    String pid = String.valueOf(ProcessHandle.current().pid());
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
  }

  private static String written(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the lock of the store's file can't be released", e);
    }
  }

  /**
   * The file stays: if it were deleted, two other processes could lock two files of the same name.
   */
  @Override
  public void close() {
    closeQuietly(channel);
  }
}
