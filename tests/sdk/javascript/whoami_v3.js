// Prints who the SDK for JavaScript v3 is, by the credentials that are named:
// `fromTokenFile`, or `chain` for those it finds by itself.
'use strict';

const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { fromTokenFile } = require('@aws-sdk/credential-providers');

const configurations = {
  chain: {},
  fromTokenFile: { credentials: fromTokenFile() },
};

new STSClient({ maxAttempts: 1, ...configurations[process.argv[2]] }).send(new GetCallerIdentityCommand({})).then(
  ({ Arn }) => console.log(Arn),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
