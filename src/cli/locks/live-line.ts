// One line on a terminal that is written over while something goes on, and gone when it is done. Off a terminal there is none.
import type { Machine } from "../machine.ts";

export interface LiveLine {
  show(text: string): void;
  end(): void;
}

/** Often enough to be seen to live, seldom enough to cost nothing. */
const betweenMs = 100;

export function liveLine({ clock, err, screen }: Machine): LiveLine {
  let shownAt: number | undefined;
  if (screen?.err !== true) return { show() {}, end() {} };
  return {
    show(text) {
      const now = clock.now();
      if (shownAt !== undefined && Math.abs(now - shownAt) < betweenMs) return;
      shownAt = now;
      err(`\r\x1b[K${text}`);
    },
    end() {
      if (shownAt !== undefined) err("\r\x1b[K");
    },
  };
}
