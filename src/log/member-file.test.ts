import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newCopy, readMemberFile, writeMemberFile } from './member-file.ts'
import { ReplicaLog } from './replica-log.ts'
import { folder } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

test('the file of a member is whole or refused, and says what is wrong', async () => {
  const disk = new MemoryDisk()
  const path = `${folder}/member.json`
  assert.equal(await readMemberFile(disk, folder), undefined)
  const member = { set: 's', id: 'b', copy: newCopy(() => 7), isKnown: false }
  await writeMemberFile(disk, folder, member)
  assert.deepEqual(
    { ...(await readMemberFile(disk, folder)) },
    { ...member, fillingFrom: undefined, isClearing: undefined },
  )
  const text = new TextDecoder().decode(disk.image(path))
  for (const [from, to, wanted] of [
    ['"format": 1', '"format": 2', 'KITEQ_LOG_VERSION'],
    ['"set": "s"', '"set": 5', 'KITEQ_LOG_CORRUPT'],
    [member.copy, 'short', 'KITEQ_LOG_CORRUPT'],
    ['}', '', 'KITEQ_LOG_CORRUPT'],
    ['false', '"fillingFrom"', 'KITEQ_LOG_CORRUPT'],
  ] as const) {
    disk.restore(path, new TextEncoder().encode(text.replace(from, to)))
    await assert.rejects(readMemberFile(disk, folder), code(wanted), to)
  }
  disk.files.delete(path)
  const replica = await ReplicaLog.open({ disk, dir: folder })
  await assert.rejects(replica.fill(), code('KITEQ_USAGE'))
})
