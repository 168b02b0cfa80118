// samlp of npm, the SAML identity provider that Auth0 was built with. Asked on a line of
// its input for whom, in JSON, it writes the response that the browser would carry.

import crypto from "node:crypto";
import fs from "node:fs";
import readline from "node:readline";

import samlp from "samlp";

const keys = new URL("../../../crates/federation/tests/saml/", import.meta.url);
const certificate = fs.readFileSync(new URL("rsa-2048.txt", keys), "utf8").trim();

const options = {
  issuer: "urn:stead:tests:samlp",
  cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  key: fs.readFileSync(new URL("rsa-pkcs8.key", keys), "utf8"),
  audience: "urn:amazon:webservices",
  recipient: "https://signin.aws.amazon.com/saml",
  destination: "https://signin.aws.amazon.com/saml",
  signatureAlgorithm: "rsa-sha256",
  digestAlgorithm: "sha256",
  lifetimeInSeconds: 300,
};

// Assertions are encrypted for another key, which its owner registers with IAM.
const recipient = fs.readFileSync(new URL("idp.txt", keys), "utf8").trim();
const recipientCertificate = `-----BEGIN CERTIFICATE-----\n${recipient}\n-----END CERTIFICATE-----\n`;
const encryption = {
  encryptionCert: recipientCertificate,
  encryptionPublicKey: new crypto.X509Certificate(recipientCertificate).publicKey.export({ type: "spki", format: "pem" }),
};

// A user is a subject and attributes by their whole names.
function profileMapper(user) {
  return {
    getClaims: () => user.attributes,
    getNameIdentifier: () => ({
      nameIdentifier: user.subject,
      nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    }),
  };
}

// Its own page of metadata, as a browser would get it.
function metadata() {
  return new Promise((resolve) => {
    const request = { headers: { host: "127.0.0.1" }, url: "/metadata", originalUrl: "/metadata", connection: {} };
    const response = { set: () => {}, send: resolve };
    const paths = { redirectEndpointPath: "/saml", postEndpointPath: "/saml" };
    samlp.metadata({ ...options, ...paths, profileMapper: samlp.PassportProfileMapper })(request, response);
  });
}

const answer = (text) => console.log(Buffer.from(text).toString("base64"));

answer(await metadata());
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { switches, ...user } = JSON.parse(line);
  const signResponse = switches.includes("sign response");
  const chosen = { ...options, ...(switches.includes("encrypt") ? encryption : {}), signResponse, profileMapper };
  samlp.getSamlResponse(chosen, user, (error, response) => {
    if (error) throw error;
    answer(response);
  });
}
