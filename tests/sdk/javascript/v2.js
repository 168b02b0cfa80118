// The scenario, played by the AWS SDK for JavaScript v2: configured globally, by
// callbacks and by promises, as code of its time does it.
'use strict';

const assert = require('node:assert/strict');
const AWS = require('aws-sdk');
const { policy, trustPolicy, ok, refusal, assertDenied, assertLastsAnHour, advanceClock } = require('./world');

const read = (error) => ({ code: error.code, status: error.statusCode, message: error.message });

// This SDK does not know the endpoint variables nor `endpoint_url` of a profile.
AWS.config.update({ region: 'us-east-1', endpoint: process.env.STEAD_ENDPOINT, maxRetries: 0 });

function withKeys(keys) {
  return { credentials: new AWS.Credentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken) };
}

// Users are made the callback way.
function makeAlice(iam, done) {
  iam.createUser({ UserName: 'alice' }, (error, created) => {
    if (error) return done(error);
    const PolicyDocument = policy('sts:*', '*');
    iam.putUserPolicy({ UserName: 'alice', PolicyName: 'inline', PolicyDocument }, (error) => {
      if (error) return done(error);
      iam.createAccessKey({ UserName: 'alice' }, (error, made) => {
        if (error) return done(error);
        done(null, { arn: created.User.Arn, key: made.AccessKey });
      });
    });
  });
}

const madeAlice = (iam) =>
  new Promise((resolve, reject) => makeAlice(iam, (error, alice) => (error ? reject(error) : resolve(alice))));

async function main() {
  const iam = new AWS.IAM();
  const { Account: account } = await new AWS.STS().getCallerIdentity().promise();
  const roleArn = `arn:aws:iam::${account}:role/reader`;
  const sessionArn = `arn:aws:sts::${account}:assumed-role/reader/my-session`;
  const params = { RoleArn: roleArn, RoleSessionName: 'my-session', DurationSeconds: 3600 };

  let alice = await madeAlice(iam);
  const bob = await iam.createUser({ UserName: 'bob' }).promise();
  await iam.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: trustPolicy(bob.User.Arn) }).promise();
  const PolicyDocument = policy('iam:GetRole', roleArn);
  await iam.putRolePolicy({ RoleName: 'reader', PolicyName: 'inline', PolicyDocument }).promise();

  AWS.config.update(withKeys(alice.key));
  assertDenied(await refusal(new AWS.STS().assumeRole(params).promise(), read), alice.arn, roleArn);
  ok("a user the trust policy does not name is denied, in AWS's words");

  await iam.updateAssumeRolePolicy({ RoleName: 'reader', PolicyDocument: trustPolicy(alice.arn) }).promise();
  const answer = await new AWS.STS().assumeRole(params).promise();
  assertLastsAnHour(answer.Credentials.Expiration);
  assert.match(answer.Credentials.AccessKeyId, /^ASIA/);
  assert.equal(answer.AssumedRoleUser.Arn, sessionArn);
  assert.match(answer.AssumedRoleUser.AssumedRoleId, /^AROA[A-Z0-9]+:my-session$/);
  ok('once named, it gets credentials for an hour');

  const session = withKeys(answer.Credentials);
  const identity = await new AWS.STS(session).getCallerIdentity().promise();
  assert.equal(identity.Arn, sessionArn);
  assert.equal(identity.UserId, answer.AssumedRoleUser.AssumedRoleId);
  assert.equal(identity.Account, account);
  ok('the session says who it is');

  const found = await new AWS.IAM(session).getRole({ RoleName: 'reader' }).promise();
  assert.equal(found.Role.Arn, roleArn);
  ok("what the role's policy allows works");

  const refused = await refusal(new AWS.IAM(session).listUsers().promise(), read);
  assert.deepEqual([refused.code, refused.status], ['AccessDenied', 403]);
  const sentence = `User: ${sessionArn} is not authorized to perform: iam:ListUsers on resource: `;
  assert.equal(refused.message.slice(0, sentence.length), sentence);
  ok('what it does not allow is denied');

  advanceClock(3700);
  const expired = await refusal(new AWS.STS(session).getCallerIdentity().promise(), read);
  assert.deepEqual([expired.code, expired.status], ['ExpiredToken', 403]);
  assert.equal(expired.message, 'The security token included in the request is expired');
  ok('the expired session is refused');

  await iam.deleteAccessKey({ UserName: 'alice', AccessKeyId: alice.key.AccessKeyId }).promise();
  await iam.deleteUserPolicy({ UserName: 'alice', PolicyName: 'inline' }).promise();
  await iam.deleteUser({ UserName: 'alice' }).promise();
  alice = await madeAlice(iam);
  const again = new AWS.STS(withKeys(alice.key)).assumeRole(params).promise();
  assertDenied(await refusal(again, read), alice.arn, roleArn);
  ok('the user, deleted and made again under its name, is denied');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
