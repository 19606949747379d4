// A protobuf reader and writer of a few lines for the Java client of the tests: it must share no code with the broker,
// or a mistake made twice would pass for agreement.

/** One field as it stood on the wire. Numbers are unsigned 64-bit. */
export type Field =
  | { readonly number: number; readonly value: bigint }
  | { readonly number: number; readonly bytes: Buffer }

export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** A number or boolean field; negative numbers take ten bytes, as int32 and int64 do. */
export function numberField(number: number, value: bigint | number | boolean): Buffer {
  return Buffer.concat([varint(BigInt(number << 3)), varint(BigInt(value))])
}

export function bytesField(number: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes])
}

/** Every field of a message in wire order. Throws on anything that is no message of the KiteQ schema. */
export function fields(message: Buffer): Field[] {
  const found: Field[] = []
  let at = 0
  const number = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw new Error('protobuf ends inside a number')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw new Error('protobuf number of more than ten bytes')
  }
  while (at < message.length) {
    const tag = Number(number())
    const wireType = tag & 7
    if (wireType === 0) found.push({ number: tag >> 3, value: number() })
    else if (wireType === 2) {
      const end = Number(number()) + at
      if (end > message.length) throw new Error('protobuf field longer than its message')
      found.push({ number: tag >> 3, bytes: message.subarray(at, end) })
      at = end
    } else throw new Error(`protobuf wire type ${wireType} in field ${tag >> 3}`)
  }
  return found
}

/** The last field of that number, as protobuf has it; throws when a required field is absent. */
export function bytesOf(from: readonly Field[], number: number): Buffer {
  const field = from.findLast((one) => one.number === number)
  if (field === undefined || !('bytes' in field)) throw new Error(`field ${number} is missing`)
  return field.bytes
}

export function numberOf(from: readonly Field[], number: number): bigint {
  const field = from.findLast((one) => one.number === number)
  if (field === undefined || !('value' in field)) throw new Error(`field ${number} is missing`)
  return BigInt.asIntN(64, field.value)
}
