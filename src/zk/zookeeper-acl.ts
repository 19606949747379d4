// Who may do what to a node.

import zookeeper from 'node-zookeeper-client'

/** Who may change a node: anybody, or only who has the credentials it was made with; then everybody may still read it. */
export type NodeAcl = 'open' | 'creator'

/** Made when used: the library's classes are its own. */
export function aclOf(acl: NodeAcl): zookeeper.ACL[] {
  const { ACL, Id, Permission } = zookeeper
  const anyone = new Id('world', 'anyone')
  return acl === 'open'
    ? [new ACL(Permission.ALL, anyone)]
    : [new ACL(Permission.ALL, new Id('auth', '')), new ACL(Permission.READ, anyone)]
}

/** The library calls it otherwise than its types say. */
export type Permitted = zookeeper.ACL & { readonly permission?: number }

/** Whether anybody may take away what stands below. */
export function isForAll({ id, perms, permission = perms }: Permitted): boolean {
  return id.scheme === 'world' && (permission & zookeeper.Permission.DELETE) !== 0
}
