import { InternalError } from '../errors.js';
import { createGrowing } from '../files/append.js';
import { DISK, ignore, type Disk } from '../files/disk.js';
import { encodeClosing, encodeFrame, encodeHeader, FRAME, type JournalClosing, type JournalHeader } from './frame.js';

/** `journal.bin` while a run is recorded. */
export interface JournalFile {
  /** Bytes written so far. */
  readonly length: number;
  /** Updates so far, of all partitions together. */
  readonly updates: number;
  /**
   * Appends the log of a partition for a command: every partition once per command, from partition 0. If that fails, the file ends in a whole frame.
   *
   * @param step environment step at which the command ended
   */
  append(log: PartitionLog, step: number): void;
  /**
   * Ends the journal: it is whole now.
   *
   * @param end the fields of the end that the writers' logs do not contain
   */
  close(end: Omit<JournalClosing, 'updates'>): void;
  /** Closes the file as it is, of a run that failed: readers refuse it. Does nothing once it is closed. */
  abandon(): void;
}

/** What a partition did in a command. */
export interface PartitionLog {
  readonly partition: number;
  /** Of the partition so far, as its writer counts them. */
  readonly updates: number;
  /** As its writer gave them. */
  readonly bytes: Uint8Array;
}

/** Begins a file that is not there yet. @throws FileError naming it, also where it is there */
export function openJournal(path: string, header: JournalHeader, disk: Disk = DISK): JournalFile {
  const { partitions } = header;
  const file = createGrowing(path, disk);
  const totals = new Array<number>(partitions).fill(0);
  let frames = 0;
  let lastStep = 0;
  let open = true;
  try {
    file.append(encodeHeader(header));
  } catch (error) {
    ignore(() => { file.close(); });
    throw error;
  }

  return {
    get length() {
      return file.length;
    },
    get updates() {
      return totals.reduce((sum, updates) => sum + updates, 0);
    },
    append({ partition, updates, bytes }, step) {
      if (!open || partition !== frames % partitions) throw new InternalError(`the journal does not wait for partition ${partition}`);
      const first = totals[partition];
      const command = Math.floor(frames / partitions);
      file.append(encodeFrame({ kind: FRAME.command, partition, command, updates: updates - first, step, first }, bytes));
      totals[partition] = updates;
      lastStep = step;
      frames += 1;
    },
    close({ stopped, weightsSha256 }) {
      if (!open || frames % partitions !== 0) throw new InternalError('the journal ends within a command');
      file.append(encodeClosing(frames / partitions, lastStep, { updates: totals, stopped, weightsSha256 }));
      open = false;
      file.close();
    },
    abandon() {
      open = false;
      ignore(() => { file.close(); }); // the failure that led here is the one to report
    },
  };
}
