// A stream of bytes as lines of text. Pure, but for the stream.

/** Long enough for any object: etcd takes 1.5 MB. */
const longestLine = 3 * 1024 * 1024;

/**
 * The complete lines. Bytes are only decoded once their line is whole, so a character may span chunks. What follows the last
 * line break is dropped: it was cut off. Throws when a line is longer than 3 MiB.
 */
export async function* lines(chunks: AsyncIterable<Buffer>, limit = longestLine): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString("utf8");
      parts = [];
      size = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > limit) throw new Error(`a line is longer than ${limit} bytes`);
  }
}
