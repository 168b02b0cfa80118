// Asks presigned questions over one connection of HTTP/2, as many at once as the server lets:
// `node many.mjs BASE-URL < URLS`, one URL a line. Prints the status and the body of each,
// JSON, in their order, and last what was agreed on.
import http2 from 'node:http2';
import { readFileSync } from 'node:fs';

const urls = readFileSync(0, 'utf8').trim().split('\n').map((line) => new URL(line));
const session = http2.connect(process.argv[2]);
session.on('error', (error) => {
  console.error(error);
  process.exit(1);
});

function ask(url) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': url.pathname + url.search });
    let status, body = '';
    stream.setEncoding('utf8');
    stream.on('response', (headers) => { status = headers[':status']; });
    stream.on('data', (part) => { body += part; });
    stream.on('end', () => resolve({ status, body }));
    stream.on('error', reject);
    stream.end();
  });
}

// The server says how many it takes at once; Node keeps the others back.
const { maxConcurrentStreams } = await new Promise((resolve) => session.once('remoteSettings', resolve));
const answers = await Promise.all(urls.map(ask));
for (const answer of answers) console.log(JSON.stringify(answer));
console.log(JSON.stringify({ protocol: session.alpnProtocol, maxConcurrentStreams }));
session.close();
