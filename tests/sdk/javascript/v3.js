// The scenario, played by the AWS SDK for JavaScript v3, which takes endpoint,
// region and the root key from the profile.
'use strict';

const assert = require('node:assert/strict');
const sts = require('@aws-sdk/client-sts');
const iam = require('@aws-sdk/client-iam');
const { fromTemporaryCredentials } = require('@aws-sdk/credential-providers');
const { policy, trustPolicy, ok, refusal, assertDenied, assertLastsAnHour, advanceClock } = require('./world');

const read = (error) => ({ code: error.name, status: error.$metadata?.httpStatusCode, message: error.message });

function withKeys(keys) {
  const credentials = {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
  };
  return { credentials, maxAttempts: 1 };
}

async function makeAlice(root) {
  const { User } = await root.send(new iam.CreateUserCommand({ UserName: 'alice' }));
  const PolicyDocument = policy('sts:*', '*');
  await root.send(new iam.PutUserPolicyCommand({ UserName: 'alice', PolicyName: 'inline', PolicyDocument }));
  const { AccessKey } = await root.send(new iam.CreateAccessKeyCommand({ UserName: 'alice' }));
  return { arn: User.Arn, key: AccessKey };
}

async function deleteAlice(root, key) {
  await root.send(new iam.DeleteAccessKeyCommand({ UserName: 'alice', AccessKeyId: key.AccessKeyId }));
  await root.send(new iam.DeleteUserPolicyCommand({ UserName: 'alice', PolicyName: 'inline' }));
  await root.send(new iam.DeleteUserCommand({ UserName: 'alice' }));
}

async function main() {
  const root = new iam.IAMClient({ maxAttempts: 1 });
  const whoAmI = new sts.GetCallerIdentityCommand({});
  const { Account: account } = await new sts.STSClient({ maxAttempts: 1 }).send(whoAmI);
  const roleArn = `arn:aws:iam::${account}:role/reader`;
  const sessionArn = `arn:aws:sts::${account}:assumed-role/reader/my-session`;
  const params = { RoleArn: roleArn, RoleSessionName: 'my-session', DurationSeconds: 3600 };

  let alice = await makeAlice(root);
  const bob = await root.send(new iam.CreateUserCommand({ UserName: 'bob' }));
  const AssumeRolePolicyDocument = trustPolicy(bob.User.Arn);
  await root.send(new iam.CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument }));
  const PolicyDocument = policy('iam:GetRole', roleArn);
  await root.send(new iam.PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'inline', PolicyDocument }));

  const asAlice = new sts.STSClient(withKeys(alice.key));
  const assume = new sts.AssumeRoleCommand(params);
  assertDenied(await refusal(asAlice.send(assume), read), alice.arn, roleArn);
  ok("a user the trust policy does not name is denied, in AWS's words");

  const trusting = { RoleName: 'reader', PolicyDocument: trustPolicy(alice.arn) };
  await root.send(new iam.UpdateAssumeRolePolicyCommand(trusting));
  const answer = await asAlice.send(assume);
  assertLastsAnHour(answer.Credentials.Expiration);
  assert.match(answer.Credentials.AccessKeyId, /^ASIA/);
  assert.equal(answer.AssumedRoleUser.Arn, sessionArn);
  assert.match(answer.AssumedRoleUser.AssumedRoleId, /^AROA[A-Z0-9]+:my-session$/);
  ok('once named, it gets credentials for an hour');

  const session = withKeys(answer.Credentials);
  const identity = await new sts.STSClient(session).send(whoAmI);
  assert.equal(identity.Arn, sessionArn);
  assert.equal(identity.UserId, answer.AssumedRoleUser.AssumedRoleId);
  assert.equal(identity.Account, account);
  // The same by the SDK's own credential provider, which calls AssumeRole itself.
  const masterCredentials = withKeys(alice.key).credentials;
  const provided = new sts.STSClient({ credentials: fromTemporaryCredentials({ masterCredentials, params }) });
  assert.equal((await provided.send(whoAmI)).Arn, sessionArn);
  ok('the session says who it is');

  const reader = new iam.IAMClient(session);
  const found = await reader.send(new iam.GetRoleCommand({ RoleName: 'reader' }));
  assert.equal(found.Role.Arn, roleArn);
  ok("what the role's policy allows works");

  const refused = await refusal(reader.send(new iam.ListUsersCommand({})), read);
  assert.deepEqual([refused.code, refused.status], ['AccessDenied', 403]);
  const sentence = `User: ${sessionArn} is not authorized to perform: iam:ListUsers on resource: `;
  assert.equal(refused.message.slice(0, sentence.length), sentence);
  ok('what it does not allow is denied');

  advanceClock(3700);
  const expired = await refusal(new sts.STSClient(session).send(whoAmI), read);
  assert.deepEqual([expired.code, expired.status], ['ExpiredToken', 403]);
  assert.equal(expired.message, 'The security token included in the request is expired');
  ok('the expired session is refused');

  await deleteAlice(root, alice.key);
  alice = await makeAlice(root);
  const again = new sts.STSClient(withKeys(alice.key)).send(assume);
  assertDenied(await refusal(again, read), alice.arn, roleArn);
  ok('the user, deleted and made again under its name, is denied');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
