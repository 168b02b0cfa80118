// Asks iam-simulate, which is only ever run as a process of its own: one
// question as JSON per line in, one answer per line out. Its one argument is the
// directory of the packages.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(process.argv[2] + '/')
const { createValidatedPolicy } = require('@cloud-copilot/iam-policy')
const { runSimulation, runUnsafeSimulation } = require('@cloud-copilot/iam-simulate')

// Whether a document keeps to the grammar is not asked here. The name is needed: one
// of its functions fails on a resource policy without.
const accepted = (policy) => policy && createValidatedPolicy(policy, () => [], { name: 'policy' })

// It adds this policy by itself only where it checks its input.
const allowsAll = {
  name: 'RCPFullAWSAccess',
  policy: {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }
  }
}

// The function that checks its input is the only one that takes session policies
// and that knows of actions without a resource. The other one leaves context keys
// as they are, which the first drops where it does not expect them.
async function answer(simulation) {
  const { request, sessionPolicy } = simulation
  simulation.permissionBoundaryPolicies ??= undefined
  simulation.sessionPolicy = accepted(sessionPolicy ?? undefined)
  simulation.resourcePolicy = accepted(simulation.resourcePolicy ?? undefined)
  simulation.additionalSettings = { s3: { bucketAbacEnabled: true } }
  if (!sessionPolicy && request.resource.resource !== '*') {
    for (const level of simulation.resourceControlPolicies) level.policies.push(allowsAll)
    return runUnsafeSimulation(simulation, {})
  }
  const found = await runSimulation(simulation, {})
  if (found.resultType === 'error') return `refused ${JSON.stringify(found.errors)}`
  const ignored = found.result?.ignoredContextKeys ?? []
  return ignored.length ? `refused keys ${ignored}` : found.overallResult
}

for await (const line of createInterface({ input: process.stdin })) {
  let text
  try {
    text = await answer(JSON.parse(line))
  } catch (error) {
    text = `failed ${error.message}`
  }
  process.stdout.write(text.replaceAll('\n', ' ') + '\n')
}
