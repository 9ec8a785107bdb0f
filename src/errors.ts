import { oneLine } from './describe.js';

/** A setting of the wrong kind. Its message names the option, what was expected and what came. */
export class OptionTypeError extends TypeError {
  override readonly name = 'TypeError';
  constructor(readonly option: string, message: string) {
    super(oneLine(message));
  }
}

/** A setting of the right kind with a value outside its range. */
export class OptionRangeError extends RangeError {
  override readonly name = 'RangeError';
  constructor(readonly option: string, message: string) {
    super(oneLine(message));
  }
}

/** True for an error the user can mend by changing an option: the command line turns these into one line and exit status 2. */
export function isOptionError(error: unknown): error is OptionTypeError | OptionRangeError {
  return error instanceof OptionTypeError || error instanceof OptionRangeError;
}

/** Our bug, never the user's. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** There was no memory left. A caller can act on it: allocate less, or give the process more. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
}

/** What the engine throws where it gets no memory for a WebAssembly instance, a buffer or a thread: it has no class of its own. */
export function isOutOfMemory(error: unknown): error is Error {
  if (error instanceof MemoryError) return true;
  return error instanceof Error && /^WebAssembly\..*(memory|allocat)|^Array buffer allocation failed|^Invalid array buffer length/i.test(error.message);
}

/** A voltage, weight or TD error left the finite numbers. A caller can act on it: lower the learning rate and start again. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  constructor(readonly neuron: string, readonly quantity: string, readonly value: number) {
    super(`${quantity} of neuron ${neuron} became ${value}; a smaller learning rate usually prevents this`);
  }
}

/** A partition's worker threw, exited or was terminated. `cause` is what it threw, if available. */
export class PartitionError extends Error {
  override readonly name = 'PartitionError';
  constructor(readonly partition: number, readonly step: number, message: string, options?: { cause?: unknown }) {
    super(`partition ${partition} failed at step ${step}: ${message}`, options);
  }
}

/** A user's environment threw, or gave what no environment may give. A caller can act on it: mend the environment. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  /** @param step of the episode, 0 at its reset */
  constructor(readonly environment: string, readonly step: number, problem: string, options?: { cause?: unknown }) {
    super(`environment ${environment} at step ${step} of an episode: ${problem}`, options);
  }
}

/** Where a journal breaks: everything before it is whole. */
export interface JournalPlace {
  readonly partition: number;
  /** Number of the first update that may be incomplete, from 0. */
  readonly update: number;
}

/** The journal of a recorded run was cut short or altered. A caller can act on it: record the run again, or read another copy. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** @param place null where not even the header is whole */
  constructor(readonly reason: string, readonly place: JournalPlace | null) {
    const where = place === null ? 'in its header' : `at update ${place.update.toLocaleString('en')} of partition ${place.partition}`;
    super(oneLine(`the journal breaks ${where} (${reason})`));
  }
}

/** A checkpoint that cannot be used. A caller can act on it: take the one before. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  constructor(readonly reason: 'format' | 'length' | 'checksum' | 'settings', message: string) {
    super(oneLine(message));
  }
}

/** A function of a user's study threw. A caller can act on it: correct the study. */
export class StudyError extends Error {
  override readonly name = 'StudyError';
  /** @param place in the user's file, in parentheses */
  constructor(readonly study: string, readonly functionName: string, cause: unknown, place = '') {
    super(oneLine(`study "${study}": ${functionName}() failed: ${cause instanceof Error ? cause.message : String(cause)}${place}`), { cause });
  }
}

/** A file could not be written whole, for example on a full disk: what was there before is still there. A caller can act on it: make room and continue. */
export class FileError extends Error {
  override readonly name = 'FileError';
  /** The system's, for example `ENOSPC`; undefined where it had none. */
  readonly code: string | undefined;
  /**
   * @param cause the system's error, or that of the check of what was written
   * @param consequence further words for the message
   */
  constructor(readonly path: string, cause: unknown, consequence = '') {
    super(`${path} cannot be written (${describeCause(cause)})${consequence}`, { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  }
}

/** `ENOSPC: no space left on device`: without the call and its paths, which the message names itself. */
function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'syscall' in cause ? cause.message.replace(/, [a-z]+( '.*)?$/, '') : cause.message;
}

/** A command to something that was closed. */
export function closedError(): Error {
  return new Error('the simulation is closed');
}
