// Intake as one would write it with Fastify and better-sqlite3: parse, one transaction with the same rows as lachan's,
// synchronous=FULL, then 201.   node server.mjs DATABASE SHAPE   Prints its port.
//
// What a row holds is made ready at the start, as in the floor program: a report costs the few values that differ from
// report to report, and chance is cut from a pool.
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const CHANCE_BYTES = 1 << 20;

const [file, shapeFile] = process.argv.slice(2);
const shape = JSON.parse(readFileSync(shapeFile, 'utf8'));

const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('wal_autocheckpoint = 4000');
database.pragma('journal_size_limit = 67108864');
database.pragma('cache_size = -65536');
database.pragma('temp_store = MEMORY');
for (const sql of shape.schema) database.exec(sql);
const statements = shape.statements.map((sql) => database.prepare(sql));
const sequences = statements.map(() => 0);
const chance = randomFillSync(Buffer.alloc(CHANCE_BYTES + 8));
const unique = new DataView(chance.buffer, chance.byteOffset);
let caseNo = 0;
let now = 0;
let reportId = '';

/// No two alike: what is short may stand in a unique index.
function chanceOf(bytes) {
  const from = Math.floor(Math.random() * (CHANCE_BYTES - bytes));
  unique.setFloat64(from, Math.random());
  return chance.subarray(from, from + bytes);
}

/// What makes a value anew for each report; none where it is always the same.
function makerOf(value, table) {
  if (value === null || typeof value !== 'object') return undefined;
  if ('case_no' in value) {
    const factor = 2 ** value.case_no;
    return () => caseNo * factor;
  }
  if ('instant' in value) return () => now + value.instant;
  if ('bytes' in value) return () => chanceOf(value.bytes);
  if ('report_id' in value) return () => value.report_id + reportId;
  if ('sequence' in value) return () => (sequences[table] += 1);
  return () => Math.floor(Math.random() * 2 ** 47);
}

const reports = shape.reports.map((rows) => rows.map(({ statement, values }) => ({
  statement: statements[statement],
  values: [...values],
  holes: values.map((value, place) => ({ place, make: makerOf(value, statement) })).filter(({ make }) => make),
})));

const keep = database.transaction((report) => {
  caseNo += 1;
  now = Date.now();
  reportId = report.report_id;
  for (const { statement, values, holes } of reports[caseNo % reports.length]) {
    for (const { place, make } of holes) values[place] = make();
    statement.run(values);
  }
});

const app = Fastify();
app.post('/v1/reports', {
  schema: {
    body: {
      type: 'object',
      required: ['report_id', 'channel', 'area'],
      properties: { report_id: { type: 'string' }, channel: { type: 'string' }, area: { type: 'string' } },
    },
  },
}, (request, reply) => {
  keep(request.body);
  reply.code(201).send({ report: request.body.report_id, case: caseNo });
});

await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
process.on('SIGTERM', async () => {
  await app.close();
  database.close();
  process.exit(0);
});
