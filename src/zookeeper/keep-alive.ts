// Keeps the process alive while a session is kept: the timers of a Clock do not, and while the connection is away there is no
// socket either, so a program that waits for nothing else would end in the middle of an outage.

/** The answer lets go; it may be called more than once. */
export function keepAlive(): () => void {
  const { port1 } = new MessageChannel();
  port1.ref();
  return () => port1.close();
}
