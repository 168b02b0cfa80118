// What both SDK generations share: the documents, the checks and the clock.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');

function policy(action, resource) {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
}

function trustPolicy(principal) {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
  });
}

function ok(step) {
  console.log(`ok - ${step}`);
}

// Waits for a refusal and gives it as `{ code, status, message }`; `read` knows
// how the SDK at hand spells it.
async function refusal(call, read) {
  try {
    await call;
  } catch (error) {
    return read(error);
  }
  assert.fail('the call was not refused');
}

// The policy type and the denial id may follow AWS's sentence.
function assertDenied(refused, userArn, roleArn) {
  assert.equal(refused.code, 'AccessDenied');
  assert.equal(refused.status, 403);
  const sentence = `User: ${userArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
  assert.equal(refused.message.slice(0, sentence.length), sentence);
  assert.match(refused.message.slice(sentence.length), /^( because [^()]+)?( \(denial d-[A-Za-z0-9_-]+\))?$/);
}

function assertLastsAnHour(expiration) {
  const lifetime = (expiration.getTime() - Date.now()) / 1000;
  assert.ok(Math.abs(lifetime - 3600) < 60, `the session lives ${lifetime} s`);
}

// Moves the clock of this process and of the server: both run under libfaketime
// and read this file. Renamed into place, so that nobody reads half an offset.
function advanceClock(seconds) {
  const path = process.env.FAKETIME_TIMESTAMP_FILE;
  const offset = Number(fs.readFileSync(path, 'utf8').trim());
  const before = Date.now();
  fs.writeFileSync(`${path}.next`, `+${offset + seconds}\n`);
  fs.renameSync(`${path}.next`, path);
  assert.ok(Date.now() - before >= seconds * 1000, 'the clock did not move: is this process under libfaketime?');
}

module.exports = { policy, trustPolicy, ok, refusal, assertDenied, assertLastsAnHour, advanceClock };
