// Times iam-simulate's full call, over and over in one process, so that its code is
// compiled and its data read. Reads the task from standard input, writes one object.
//
//     node simulate.mjs DIRECTORY     where packages are installed

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.argv[2]}/`);
const { runSimulation } = require("@cloud-copilot/iam-simulate");

const { simulations, warmUpMs, calls } = JSON.parse(readFileSync(0, "utf8"));

async function call(number) {
    const answer = await runSimulation(simulations[number % simulations.length], {});
    return answer.overallResult ?? JSON.stringify(answer);
}

const decisions = [];
for (let number = 0; number < simulations.length; number++) {
    decisions.push(await call(number));
}

const began = performance.now();
for (let number = 0; performance.now() - began < warmUpMs; number++) {
    await call(number);
}

const nanoseconds = [];
for (let number = 0; number < calls; number++) {
    const start = process.hrtime.bigint();
    await call(number);
    nanoseconds.push(Number(process.hrtime.bigint() - start));
}
nanoseconds.sort((one, other) => one - other);

const median = nanoseconds[Math.floor(nanoseconds.length / 2)];
console.log(JSON.stringify({ decisions, median }));
