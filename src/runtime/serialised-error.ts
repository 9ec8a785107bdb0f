import { DivergenceError } from '../errors.js';

/** An error as plain data: structured cloning would keep neither its class nor its own fields. */
export interface SerialisedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Set if the error is a DivergenceError. */
  readonly divergence?: { readonly neuron: string; readonly quantity: string; readonly value: number };
}

export function serialiseError(error: unknown): SerialisedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '' };
  const { name, message, stack = '' } = error;
  if (!(error instanceof DivergenceError)) return { name, message, stack };
  const { neuron, quantity, value } = error;
  return { name, message, stack, divergence: { neuron, quantity, value } };
}

/** The error on this thread, with the stack of the other. */
export function deserialiseError({ name, message, stack, divergence }: SerialisedError): Error {
  const error = divergence
    ? new DivergenceError(divergence.neuron, divergence.quantity, divergence.value)
    : Object.assign(new Error(message), { name });
  error.stack = stack;
  return error;
}
