#!/usr/bin/env node
// The launcher: `node scenarios/run` resolves to this file and to nothing else. Everything behind it is TypeScript,
// compiled to dist/ by `npm ci`; source maps make stack traces point at the TypeScript lines.
process.setSourceMapsEnabled(true);

// A reader that has seen enough (`| head`) closes the pipe: no reason to end a run, nor to print a stack trace.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  const { main } = await import('../dist/scenarios/main.js');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`ganglion is not built, or a dependency is missing: run "npm ci" first (${error.message.split('\n')[0]})`);
  process.exitCode = 1;
}
