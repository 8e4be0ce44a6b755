// Cuts a stream of bytes into ZooKeeper's frames: four bytes of length, then that many bytes.
// One reader per connection, so that half a frame of a broken connection never reaches the next one.

/** Far above any answer of a server; what lies beyond is not ZooKeeper's protocol. */
const longestFrame = 256 * 1024 * 1024;
const prefix = 4;

export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** The frames that are complete with this chunk, without their length. Throws where the bytes cannot be a frame. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Buffer[] = [];
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): Buffer | undefined {
    if (this.#bytes < prefix) return undefined;
    const first = this.#chunks[0];
    const length = (first !== undefined && first.length >= prefix ? first : this.#join()).readInt32BE(0);
    if (length < 0 || length > longestFrame)
      throw new Error(`a frame of ${length} bytes is not ZooKeeper's protocol: is this its client port, and one without TLS?`);
    if (this.#bytes < prefix + length) return undefined;
    const bytes = this.#join();
    const rest = bytes.subarray(prefix + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return bytes.subarray(prefix, prefix + length);
  }

  /** Everything that is held, as one buffer; joined once per frame, not once per chunk. */
  #join(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
