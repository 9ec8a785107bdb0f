/**
 * How a thread waits for another: it polls shared memory for a bounded time, and then sleeps on a word that the other thread changes, or gives up. The event
 * count of the scheduler, the wait for a peer's activations and the barrier of a shared update all wait this way.
 */

/**
 * Polls a condition.
 *
 * @param mayContinue reads the clock; called once per `polls` polls
 * @returns true once the condition holds, false once `mayContinue` returns false
 */
export function spin(isDone: () => boolean, mayContinue: () => boolean, polls: number): boolean {
  do {
    for (let poll = 0; poll < polls; poll += 1) if (isDone()) return true;
  } while (mayContinue());
  return false;
}

/**
 * Sleeps until a word is notified, or for so many milliseconds. Returns at once if the word has another value.
 *
 * @param sleepers index of the word that counts sleeping threads: a notifier skips the system call while it is 0
 */
export function sleep(words: Int32Array, index: number, value: number, milliseconds: number, sleepers: number): void {
  Atomics.add(words, sleepers, 1);
  Atomics.wait(words, index, value, milliseconds);
  Atomics.sub(words, sleepers, 1);
}

/** Wakes the threads that sleep on a word, after it was changed. */
export function wake(words: Int32Array, index: number, sleepers: number): void {
  if (Atomics.load(words, sleepers) > 0) Atomics.notify(words, index);
}
