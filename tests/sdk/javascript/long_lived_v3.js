// A program that lives on: prints who it is for each line it reads, by
// credentials for 900 seconds that it renews by itself.
'use strict';

const readline = require('node:readline');
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
const { fromTokenFile } = require('@aws-sdk/credential-providers');

const client = new STSClient({ maxAttempts: 1, credentials: fromTokenFile({ durationSeconds: 900 }) });

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const { Arn } = await client.send(new GetCallerIdentityCommand({}));
      const { accessKeyId } = await client.config.credentials();
      console.log(`${Arn} ${accessKeyId}`);
    } catch (error) {
      console.log(`failed after \`${line}\`: ${error.message}`);
    }
  }
}

main();
