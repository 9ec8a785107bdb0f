// Writes docs/options.md from the tables of options, as they were compiled last.
import { writeFileSync } from 'node:fs';

const { referencePage } = await import('../dist/scenarios/reference.js');
writeFileSync('docs/options.md', referencePage());
