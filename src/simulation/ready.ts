/** What runs on worker threads that take time to start. */
interface Starting {
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Waits until every worker is ready; closes those that did start if one is not. */
export async function whenReady<Trainer extends Starting>(trainer: Trainer): Promise<Trainer> {
  try {
    await trainer.ready();
    return trainer;
  } catch (error) {
    await trainer.close();
    throw error;
  }
}
