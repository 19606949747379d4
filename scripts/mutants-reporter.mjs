// Reporter of Node's runner for scripts/mutants.mjs: a line of JSON for every test that ended.
import { inspect } from 'node:util'

export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { name, skip, todo, details } = data
    const wasRun = skip === undefined && todo === undefined
    yield `${JSON.stringify({ name, wasRun, passed: type === 'test:pass', ...whyOf(details?.error) })}\n`
  }
}

/** An assertion may stand behind others, as a cause or in the report of a property. */
function whyOf(error) {
  if (error === undefined) return {}
  const text = inspect(error, { depth: 12 })
  const first = error.cause?.message ?? error.message ?? String(error)
  return { byAssertion: /ERR_ASSERTION|AssertionError/.test(text), why: String(first).split('\n')[0] }
}
