// ZooKeeper's own questions ("srvr", "mntr", "cons", "dump" …): one word out, text back, the server closes.
import { connect } from "node:net";

/** The server's answer as text. Rejects where nobody answers within `timeoutMs`. */
export function fourLetterWord(at: { readonly address: string; readonly port: number }, word: string, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ host: at.address, port: at.port }, () => void socket.write(word));
    socket.setEncoding("utf8");
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`ZooKeeper at ${at.address}:${at.port} gave no answer to ${word} within ${timeoutMs} ms`)),
    );
    socket.on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", (failed) => {
      if (!failed) resolve(answer);
    });
  });
}
