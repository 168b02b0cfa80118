// Prints who the SDK for JavaScript v2 is, by the credentials that are named:
// `WebIdentityCredentials` or `TokenFileWebIdentityCredentials`.
'use strict';

const fs = require('node:fs');
const AWS = require('aws-sdk');

// This SDK does not know the endpoint variables.
AWS.config.update({ region: 'us-east-1', maxRetries: 0, sts: { endpoint: process.env.AWS_ENDPOINT_URL_STS } });

const makers = {
  WebIdentityCredentials: () =>
    new AWS.WebIdentityCredentials({
      RoleArn: process.env.AWS_ROLE_ARN,
      RoleSessionName: process.env.AWS_ROLE_SESSION_NAME,
      WebIdentityToken: fs.readFileSync(process.env.AWS_WEB_IDENTITY_TOKEN_FILE, 'utf8'),
    }),
  TokenFileWebIdentityCredentials: () => new AWS.TokenFileWebIdentityCredentials(),
};

const credentials = makers[process.argv[2]]();
new AWS.STS({ credentials })
  .getCallerIdentity()
  .promise()
  .then(
    ({ Arn }) => console.log(Arn),
    (error) => {
      // What STS said lies below what the SDK makes of it.
      for (let cause = error; cause; cause = cause.originalError) console.error(cause.message);
      process.exitCode = 1;
    },
  );
