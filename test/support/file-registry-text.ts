// The text of a registry file for door tests that bring their own bindings.

export interface TestBinding {
  readonly group: string
  readonly topic: string
  /** Default `t`. */
  readonly messageType?: string
  /** Default direct. */
  readonly bindType?: 'direct' | 'regx' | 'fanout'
  /** Default true. */
  readonly persistent?: boolean
  /** Messages a second; default the original's ceiling. */
  readonly watermark?: number
}

/** YAML as the original reads it; JSON strings are YAML strings. */
export function registryText(bindings: readonly TestBinding[]): string {
  const topics = [...new Set(bindings.map((binding) => binding.topic))].sort()
  const lines = ['brokers:', '  - address: "127.0.0.1:13800"', '    env: dev']
  lines.push(`    topics: ${JSON.stringify(topics)}`, 'bindings:')
  for (const binding of bindings)
    lines.push(
      `  - groupIds: [${JSON.stringify(binding.group)}]`,
      `    topic: ${JSON.stringify(binding.topic)}`,
      `    messageType: ${JSON.stringify(binding.messageType ?? 't')}`,
      `    bindType: ${binding.bindType ?? 'direct'}`,
      `    watermark: ${binding.watermark ?? 6000}`,
      `    persistent: ${binding.persistent ?? true}`,
    )
  return `${lines.join('\n')}\n`
}
