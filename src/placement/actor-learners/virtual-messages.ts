import type { Kernels } from '../../kernels/kernels.js';
import type { EventHandler, World } from '../../virtual/world.js';

/** A gradient on its way from an actor to the shared weights. */
export interface GradientMessage {
  readonly actor: number;
  /** Of the weights that it was computed from. */
  readonly version: number;
  /** Environment steps of its rollout. */
  readonly steps: number;
  readonly gradient: Float32Array;
}

/** Messages in virtual time. */
export interface Mail {
  /** Sends a copy of a message, which is delivered after a delay; at once, and without a copy, if that is 0. */
  send(delay: number, message: GradientMessage): void;
  /** Puts back a message that arrives at a time. */
  put(time: number, message: GradientMessage): void;
  /** The message that an event of the queue delivers, if it is one. */
  deliveredBy(event: EventHandler): GradientMessage | undefined;
}

export function createMail({ queue }: World, kernels: Kernels, deliver: (message: GradientMessage) => void): Mail {
  const free: Float32Array[] = [];
  const underWay = new Map<EventHandler, GradientMessage>();

  function put(time: number, message: GradientMessage): void {
    const { gradient } = message;
    const copy = free.pop() ?? kernels.numbers(gradient.length);
    copy.set(gradient);
    const copied = { ...message, gradient: copy };
    const arrive = () => {
      underWay.delete(arrive);
      deliver(copied);
      free.push(copy);
    };
    underWay.set(arrive, copied);
    queue.push(time, arrive);
  }

  return {
    send(delay, message) {
      if (delay === 0) deliver(message);
      else put(queue.time + delay, message);
    },
    put,
    deliveredBy: (event) => underWay.get(event),
  };
}
