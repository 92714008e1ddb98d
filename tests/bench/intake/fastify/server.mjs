// Intake as one would write it with Fastify and better-sqlite3: parse, one transaction with the same rows as lachan's,
// synchronous=FULL, then 201.   node server.mjs DATABASE SHAPE   Prints its port.
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [file, shapeFile] = process.argv.slice(2);
const shape = JSON.parse(readFileSync(shapeFile, 'utf8'));

const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('wal_autocheckpoint = 4000');
database.pragma('cache_size = -65536');
for (const sql of shape.schema) database.exec(sql);
const statements = shape.statements.map((sql) => database.prepare(sql));
const sequences = statements.map(() => 0);
let caseNo = 0;

function valueOf(value, table, report, now) {
  if (value === null || typeof value !== 'object') return value;
  if ('case_no' in value) return caseNo * 2 ** value.case_no;
  if ('instant' in value) return now + value.instant;
  if ('bytes' in value) return randomBytes(value.bytes);
  if ('report_id' in value) return value.report_id + report.report_id;
  if ('sequence' in value) return (sequences[table] += 1);
  return randomInt(2 ** 47);
}

const keep = database.transaction((report) => {
  caseNo += 1;
  const now = Date.now();
  for (const row of shape.reports[caseNo % shape.reports.length]) {
    statements[row.statement].run(row.values.map((value) => valueOf(value, row.statement, report, now)));
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
