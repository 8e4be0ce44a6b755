// The clock of one session: sends its heartbeats, notices silence, and knows until when the servers certainly keep the session.
//
// Promised: `leaseEnd` counts from the instant a heartbeat (or handshake) that was answered had been sent, so it never lies
// beyond the servers' own limit; a connection that is silent for a third of the timeout is reported, before the lease ends;
// a session whose whole timeout passed without an answer is over, also when the process itself was stopped and no timer ran.
// A heartbeat is a sync, so an answer also says that the leader was there: a follower that is cut off answers none.
// Not promised: that the leader counts from that very instant. A follower passes on with every half tick whom it has heard; the
// margin of a third covers that and one heartbeat, in sessions of three ticks and more. Nor that a leader without its majority is
// noticed before it notices itself; its followers give it up no sooner, and the next leader counts every session anew.
import type { Clock } from "../shared/clock.ts";

export interface WatchdogHands {
  /** Sends a heartbeat and calls back when it is answered; never calls back for a lost or a refused one. */
  beat(answered: () => void): void;
  /** The connection gives no answer: break it. */
  silent(why: string): void;
  /** The servers may have dropped the session. */
  over(why: string): void;
}

/** Where the heartbeats stand: no connection; one is due at an instant; one was sent at an instant and not answered yet. */
type Beat = { readonly kind: "away" } | { readonly kind: "due"; readonly at: number } | { readonly kind: "sent"; readonly at: number };

export class Watchdog {
  readonly #clock: Clock;
  readonly #hands: WatchdogHands;
  #timeoutMs = 0;
  #renewedAt: number;
  #beat: Beat = { kind: "away" };
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(clock: Clock, hands: WatchdogHands) {
    this.#clock = clock;
    this.#hands = hands;
    this.#renewedAt = clock.monotonic();
  }

  get leaseEnd(): number {
    return this.#renewedAt + (this.#timeoutMs * 2) / 3;
  }

  get #sessionEnd(): number {
    return this.#renewedAt + this.#timeoutMs;
  }

  /** What the clock says of the session, whether or not a timer came to say so. */
  verdict(): "alive" | "doubtful" | "over" {
    const now = this.#clock.monotonic();
    if (now >= this.#sessionEnd) return "over";
    return now >= this.leaseEnd ? "doubtful" : "alive";
  }

  /** A handshake, sent at that instant, was answered: beats from now on. */
  connected(timeoutMs: number, sentAt: number): void {
    this.#timeoutMs = timeoutMs;
    this.#renewedAt = Math.max(this.#renewedAt, sentAt);
    this.#send();
    this.#arm();
  }

  /** The connection is gone: no beats, but the session's end stays in view. */
  disconnected(): void {
    this.#beat = { kind: "away" };
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #send(): void {
    const beat: Beat = { kind: "sent", at: this.#clock.monotonic() };
    this.#beat = beat;
    this.#hands.beat(() => this.#answered(beat));
  }

  #answered(beat: Extract<Beat, { kind: "sent" }>): void {
    if (this.#stopped || this.#beat !== beat) return;
    // an answer that comes after the lease ended must not revive what was already told to be in doubt
    if (this.verdict() === "alive") {
      this.#renewedAt = Math.max(this.#renewedAt, beat.at);
      this.#beat = { kind: "due", at: beat.at + this.#timeoutMs / 6 };
    }
    this.#look();
  }

  #look(): void {
    if (this.#stopped) return;
    const verdict = this.verdict();
    const now = this.#clock.monotonic();
    const quietMs = Math.round(now - this.#renewedAt);
    if (verdict === "over") this.#hands.over(`no answer for ${quietMs} ms, the session's whole timeout`);
    else if (this.#isSilent(verdict, now)) this.#hands.silent(`no answer for ${quietMs} ms`);
    else if (this.#beat.kind === "due" && now >= this.#beat.at) this.#send();
    this.#arm();
  }

  #isSilent(verdict: "alive" | "doubtful", now: number): boolean {
    if (this.#beat.kind === "away") return false;
    return verdict === "doubtful" || (this.#beat.kind === "sent" && now >= this.#beat.at + this.#timeoutMs / 3);
  }

  #arm(): void {
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(Math.max(1, this.#nextLook() - this.#clock.monotonic()), () => this.#look());
  }

  #nextLook(): number {
    switch (this.#beat.kind) {
      case "away":
        return this.#sessionEnd;
      case "due":
        return Math.min(this.leaseEnd, this.#beat.at);
      case "sent":
        return Math.min(this.leaseEnd, this.#beat.at + this.#timeoutMs / 3);
    }
  }
}
