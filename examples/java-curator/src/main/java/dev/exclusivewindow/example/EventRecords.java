package dev.exclusivewindow.example;

import java.util.StringJoiner;

/** When each event was in work, on the machine's monotonic clock: the last so many of them. */
final class EventRecords {
  private final long base = System.nanoTime(); // CLOCK_MONOTONIC on Linux, which all its processes share
  private final long[] starts;
  private final long[] ends;
  private int begun;

  EventRecords(int kept) {
    starts = new long[kept];
    ends = new long[kept];
  }

  /** Records a start and answers the event's number, for {@link #end}. */
  synchronized int begin() {
    int event = begun++;
    starts[event % starts.length] = System.nanoTime() - base;
    ends[event % ends.length] = -1;
    return event;
  }

  synchronized void end(int event) {
    if (event >= dropped()) ends[event % ends.length] = System.nanoTime() - base;
  }

  synchronized int count() {
    return begun;
  }

  /** The fields of GET /records, without braces. */
  synchronized String since(int from) {
    int first = Math.max(from, dropped());
    StringJoiner startsText = new StringJoiner(",", "[", "]");
    StringJoiner endsText = new StringJoiner(",", "[", "]");
    for (int event = first; event < begun; event++) {
      startsText.add(String.valueOf(starts[event % starts.length]));
      endsText.add(String.valueOf(ends[event % ends.length]));
    }
    return String.format(
        "\"baseNs\":\"%d\",\"dropped\":%d,\"from\":%d,\"starts\":%s,\"ends\":%s", base, dropped(), first, startsText, endsText);
  }

  private int dropped() {
    return Math.max(0, begun - starts.length);
  }
}
