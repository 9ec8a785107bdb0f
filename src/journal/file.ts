import { closeSync, openSync, writeSync } from 'node:fs';

import { InternalError } from '../errors.js';
import { encodeClosing, encodeFrame, encodeHeader, FRAME, type JournalHeader } from './frame.js';

/** `journal.bin` while a run is recorded. */
export interface JournalFile {
  /**
   * Adds what a partition did in a command. Of each command every partition comes once, from partition 0 on.
   *
   * @param updates of the partition so far, as its writer counts them
   * @param bytes as its writer gave them
   */
  append(partition: number, updates: number, bytes: Uint8Array): void;
  /**
   * Ends the journal: it is whole now.
   *
   * @param weightsSha256 of the final weights, in hexadecimal
   */
  close(weightsSha256: string): void;
  /** Closes the file as it is, of a run that failed: readers refuse it. Does nothing once it is closed. */
  abandon(): void;
}

/** Begins a file that is not there yet. @throws what the file system throws */
export function openJournal(path: string, header: JournalHeader): JournalFile {
  const { partitions } = header;
  const file = openSync(path, 'wx');
  const totals = new Array<number>(partitions).fill(0);
  let frames = 0;
  let open = true;
  writeWhole(file, encodeHeader(header));

  function shut(): void {
    if (open) closeSync(file);
    open = false;
  }

  return {
    append(partition, updates, bytes) {
      if (!open || partition !== frames % partitions) throw new InternalError(`the journal does not wait for partition ${partition}`);
      const first = totals[partition];
      const command = Math.floor(frames / partitions);
      writeWhole(file, encodeFrame({ kind: FRAME.command, partition, command, updates: updates - first, first }, bytes));
      totals[partition] = updates;
      frames += 1;
    },
    close(weightsSha256) {
      if (!open || frames % partitions !== 0) throw new InternalError('the journal ends within a command');
      writeWhole(file, encodeClosing(frames / partitions, { updates: totals, weightsSha256 }));
      shut();
    },
    abandon: shut,
  };
}

/** The system may take less than it is given. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
