// Packets recorded from the last Java client (2016), length prefix included, and what it had been asked to send. The
// client of these tests must write the same bytes, and the broker must understand them as they are.

import type { Header } from './packets.ts'

export type CapturedName =
  'handshake' | 'stringMessage' | 'txAckCommit' | 'deliverAck' | 'deliverAckRaised' | 'heartbeat'

/** Blanks separate prefix, head and fields. */
export const captured: Readonly<Record<CapturedName, string>> = {
  handshake: '0000001e 00000000 02 0002 0000000000000000 0000000b 0a03702d77 1202736b 1803',
  stringMessage:
    '00000055 00000001 12 0002 0000000000000000 00000042 0a3c 0a20 ' +
    '3031323334353637383961626364656630313233343536373839616263646566 120477697265 1a0174 ' +
    '2080ae99a40f 2864 3203702d77 3801 4000 12026869',
  txAckCommit:
    '0000005d 00000003 06 0002 0000000000000000 0000004a 0a44 0a20 ' +
    '3031323334353637383961626364656630313233343536373839616263646566 120477697265 1a0174 ' +
    '2080ae99a40f 2864 3203702d77 3801 4000 4a06 0a016b 120176 1001 1a00',
  deliverAck:
    `00000045 000dbba1 05 0002 0000000000000000 00000032 0a20${'62'.repeat(32)} ` +
    '120477697265 1a0174 2203702d77 2801',
  deliverAckRaised:
    `00000066 000dbba2 05 0002 0000000000000000 00000053 0a20${'63'.repeat(32)} ` +
    '120477697265 1a0174 2203702d77 2800 321f' +
    Buffer.from('java.lang.RuntimeException: bad').toString('hex'),
  heartbeat: '0000001a 00000004 01 0002 0000000000000000 00000007 089aa6c0b4a034',
}

export const capturedGroup = 'p-w'

/** The header of all recorded messages; 4102444800 is the first second of 2100. */
export const capturedHeader: Header = {
  messageId: '0123456789abcdef0123456789abcdef',
  topic: 'wire',
  messageType: 't',
  expiredTime: 4_102_444_800n,
  deliverLimit: 100,
  groupId: capturedGroup,
  commit: true,
  fly: false,
  properties: [],
}

export function bytesOfHex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}
