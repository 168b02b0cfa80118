// The certified OpenID provider of npm (panva/node-oidc-provider), with every
// algorithm it signs ID tokens with. Told what to do line by line:
//
//     rotate   new keys, and none of the old ones
//     stop     it no longer answers
//     start    it answers again, where it did before
//
// Prints its issuer, then `done` after each line.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';
import readline from 'node:readline';
import { Provider } from 'oidc-provider';

const [idTokenSeconds] = process.argv.slice(2).map(Number);

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

// An application for each algorithm: `app-RS256` gets tokens signed with RS256.
const clients = ALGORITHMS.map((algorithm) => ({
  client_id: `app-${algorithm}`,
  client_secret: 'not-a-secret-of-anyone',
  redirect_uris: ['https://app.example/callback'],
  id_token_signed_response_alg: algorithm,
}));

function newKeys() {
  const kinds = [
    ['rsa', { modulusLength: 2048 }],
    ...['P-256', 'P-384', 'P-521'].map((namedCurve) => ['ec', { namedCurve }]),
    ['ed25519', {}],
  ];
  const jwk = ([kind, options]) => generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' });
  return kinds.map((kind) => ({ ...jwk(kind), kid: randomUUID(), use: 'sig' }));
}

function provider(issuer) {
  return new Provider(issuer, {
    clients,
    jwks: { keys: newKeys() },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    cookies: { keys: [randomUUID()] },
    // Whoever logs in as `alice` is the subject `alice`.
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { IdToken: idTokenSeconds, Session: 3600, Grant: 3600, Interaction: 3600 },
    features: { devInteractions: { enabled: true } },
  });
}

let answer;
const server = http.createServer((request, response) => answer(request, response));
const listen = (port) => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
const close = () =>
  new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

await listen(0);
const { port } = server.address();
const issuer = `http://127.0.0.1:${port}`;

const commands = {
  rotate: () => {
    answer = provider(issuer).callback();
  },
  stop: close,
  start: () => listen(port),
};

commands.rotate();
console.log(`issuer ${issuer}`);
for await (const line of readline.createInterface({ input: process.stdin })) {
  await commands[line]();
  console.log('done');
}
process.exit();
