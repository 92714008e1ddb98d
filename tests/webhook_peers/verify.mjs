// Reads the signed events that `webhook_samples` writes, one JSON object a line, and has them judged by the libraries
// an agency would use: `standardwebhooks` for the signature, `cloudevents` for the body.
// Usage: node verify.mjs PATH_OF_webhook_samples
import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import { HTTP } from "cloudevents";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const expectedTypes = [
  "report.received", "case.opened", "duty.assigned", "duty.due_soon", "duty.overdue",
  "case.escalated", "case.updated", "case.closed", "directory.gap", "endpoint.ping",
].map((name) => `vn.lachan.${name}.v1`);

const refuses = (secret, body, headers) =>
  assert.throws(() => new Webhook(secret).verify(body, headers), WebhookVerificationError);

function checkSignature({ secrets, headers, body }) {
  for (const secret of secrets) {
    new Webhook(secret).verify(body, headers);
  }
  for (let i = 0; i < body.length; ++i) {
    const changed = body.slice(0, i) + String.fromCharCode(body.charCodeAt(i) ^ 1) + body.slice(i + 1);
    refuses(secrets[0], changed, headers);
  }
  refuses(secrets[0], body, { ...headers, "webhook-id": headers["webhook-id"] + "0" });
  refuses(secrets[0], body, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) });
  refuses(secrets[0], body, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 301) });
  refuses("whsec_" + Buffer.alloc(32, 7).toString("base64"), body, headers);
}

function checkEvent({ headers, body }) {
  const event = HTTP.toEvent({ headers, body });
  assert.equal(event.validate(), true);
  assert.equal(event.specversion, "1.0");
  assert.equal(event.id, headers["webhook-id"]);
  assert.equal(event.subject, event.data.case);
  assert.ok(event.data.href.startsWith(event.source));
  return event.type;
}

const now = Math.floor(Date.now() / 1000);
const lines = execFileSync(process.argv[2], [String(now)], { encoding: "utf8" }).trim().split("\n");
const seen = new Set();
for (const line of lines) {
  const sample = JSON.parse(line);
  checkSignature(sample);
  seen.add(checkEvent(sample));
}
assert.deepEqual([...seen].sort(), expectedTypes.sort());
console.log(`${lines.length} signed events of ${seen.size} types accepted; every changed byte refused`);
