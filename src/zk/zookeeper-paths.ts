// The layout of the original under /kiteq: every path this broker reads or makes, and nothing else.

export const root = '/kiteq'
export const serverRoot = '/kiteq/server'
export const publishersRoot = '/kiteq/pub'
export const subscribersRoot = '/kiteq/sub'

/** Persistent, made at once: clients and the ops page look for them. */
export const rootPaths: readonly string[] = [
  root,
  serverRoot,
  publishersRoot,
  subscribersRoot,
  '/kiteq/alive_servers',
  '/kiteq/all_servers',
]

export const serverPath = (topic: string): string => `/kiteq/server/${topic}`
/** Ephemeral; its name is what clients dial. */
export const serverNode = (topic: string, address: string): string =>
  `${serverPath(topic)}/${address}`
export const publishersPath = (topic: string): string => `/kiteq/pub/${topic}`
export const subscribersPath = (topic: string): string => `/kiteq/sub/${topic}`
export const bindingNode = (topic: string, name: string): string =>
  `${subscribersPath(topic)}/${name}`
/** Ephemeral. */
export const aliveNode = (address: string): string => `/kiteq/alive_servers/${address}`
/** Persistent; nobody but an operator takes it away. */
export const knownNode = (address: string): string => `/kiteq/all_servers/${address}`

/** Whether only brokers make nodes there: clients look, and make theirs elsewhere. */
export function isOfBrokers(path: string): boolean {
  return /^\/kiteq\/(server|alive_servers|all_servers)(\/|$)/.test(path)
}

const bindingSuffix = '-bind'

/** The group of a node under `subscribersPath`, or undefined for a node that is no binding. */
export function groupOfBinding(name: string): string | undefined {
  const group = name.endsWith(bindingSuffix) ? name.slice(0, -bindingSuffix.length) : ''
  return group === '' ? undefined : group
}

/** Why a topic cannot be the name of a node; undefined when it can. */
export function notANodeName(topic: string): string | undefined {
  if (topic === '' || topic === '.' || topic === '..')
    return `${JSON.stringify(topic)} names no node`
  if (topic.includes('/')) return 'a slash parts nodes'
  // eslint-disable-next-line no-control-regex -- ZooKeeper refuses just these
  if (/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/.test(topic))
    return 'it has a character that ZooKeeper takes in no name'
  return undefined
}
