// Where an archive goes, by our settings and by the original's alone, and that nobody reads a password off an error.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveBeside, isMysqlAddress, shownAddress } from './archive-setting.ts'
import { mysqlAddress } from './archive/mysql-address.ts'
import { loadConfig, type Config } from './config.ts'
import { KiteQError } from './model/errors.ts'
import { compareConfigs } from './reload.ts'

const uri = 'mysql://clerk:s%40cret@db.example:3307/history'

function fromFile(toml: string): Config {
  return loadConfig({ config: 'kiteq.toml' }, () => toml)
}

/** As the original's operators have it, with this store, and ours beside it. */
function fromOriginal(db: string, ours = ''): Config {
  const cluster = `
[registry.local]
hosts = "file://registry.yaml"
[clusters.default_dev]
env = "local"
topics = ["trade"]
db = ${JSON.stringify(db)}
deliverySeconds = 5
recievePermitsPerSecond = 10
`
  const flags = { configPath: 'cluster.toml', ...(ours === '' ? {} : { config: 'kiteq.toml' }) }
  return loadConfig(flags, (path) => (path === 'cluster.toml' ? cluster : ours))
}

function refusal(load: () => unknown): string {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof KiteQError, String(error))
    assert.equal(error.code, 'KITEQ_CONFIG')
    return error.message
  }
  return assert.fail('was accepted')
}

test('there is no archive unless somebody asks for one', () => {
  assert.equal(loadConfig({}, () => '').archive, undefined)
  assert.equal(fromFile('[archive]\nmysql = "off"\nkeepSeconds = 5').archive, undefined)
  assert.equal(fromOriginal('memory://').archive, undefined)
})

test('every setting of the archive arrives in its unit', () => {
  const more =
    'passwordFile = "/etc/kiteq/password"\nrequired = true\nkeepSeconds = 1.5\njsonBodies = true'
  assert.deepEqual(fromFile(`[archive]\nmysql = "${uri}"\n${more}`).archive, {
    mysql: uri,
    passwordFile: '/etc/kiteq/password',
    required: true,
    keepMs: 1500,
    decompress: false,
    jsonBodies: true,
  })
  const { required, keepMs } = fromFile(`[archive]\nmysql = "${uri}"`).archive!
  assert.deepEqual([required, keepMs], [false, 0])
})

test('a wrong setting is refused with what was expected and without the password', () => {
  const expected = 'off or mysql://user@host:port/DATABASE'
  for (const wrong of [
    'mysql://clerk:s%40cret@db.example:3307',
    'mysql://clerk:cret@db.example:99999/history',
    'postgres://clerk:cret@db/history',
    'mysql://clerk:cret@db/his tory',
    'cret',
  ])
    assert.equal(
      refusal(() => fromFile(`[archive]\nmysql = "${wrong}"`)),
      `kiteq.toml: archive.mysql is something else; expected ${expected}`,
    )
  assert.equal(
    refusal(() => fromFile(`archive = "${uri}"`)),
    'kiteq.toml: archive is something else; expected a table of settings',
  )
  assert.match(
    refusal(() => fromFile('[archive]\nrequired = true')),
    /archive\.required is true; expected false, or archive\.mysql beside it$/,
  )
})

test('an address is shown without user and password', () => {
  assert.equal(shownAddress(uri), 'mysql://db.example:3307/history')
  assert.equal(shownAddress('mysql://cret'), 'mysql://…')
  assert.equal(isMysqlAddress('mysql://db'), false, 'it names no database')
})

for (const [db, shown, user, password] of [
  [
    'mysql://a:3306,b:3306?db=kite&username=k&password=p%26w%3D&maxConn=5',
    'a:3306/kite_archive',
    'k',
    'p&w=',
  ],
  ['mysql://k:p%40w@a?db=shop', 'a:3306/shop_archive', 'k', 'p@w'],
  ['mysql://a:3307?username=k', 'a:3307/kite_archive', 'k', ''],
  ['mysql://[::1]:3306?db=kite&username=k&password=p+w', '::1:3306/kite_archive', 'k', 'p w'],
] as const)
  test(`the original's ${db.split('?')[0]} gets its archive beside its tables`, () => {
    const { archive, told } = fromOriginal(db)
    assert.ok(archive, 'it is on')
    const address = mysqlAddress(archive.mysql)
    assert.equal(address.shown, `mysql://${shown}`)
    assert.deepEqual([address.user, address.password], [user, password])
    assert.equal(archive.required, false, 'publishing waits for no database')
    const lines = told.join('\n')
    assert.match(lines, /clusters\.default_dev\.db turns the archive on: /)
    assert.ok(lines.includes(`goes to mysql://${shown},`), lines)
    if (password !== '') assert.ok(!lines.includes(password), 'no password is told')
  })

test('ours wins over the original’s, and what ours does not say is the original’s', () => {
  const db = 'mysql://a:3306?db=kite&username=k&password=secret'
  const off = fromOriginal(db, '[archive]\nmysql = "off"')
  assert.equal(off.archive, undefined)
  assert.doesNotMatch(off.told.join('\n'), /turns the archive on/)
  assert.match(off.told.join('\n'), /default_dev\.db gives way to kiteq\.toml: archive\.mysql/)
  const kept = fromOriginal(db, '[archive]\nrequired = true\npasswordFile = "p"').archive!
  assert.equal(kept.required, true)
  assert.equal(kept.passwordFile, 'p')
  assert.equal(mysqlAddress(kept.mysql).db, 'kite_archive')
})

test('a store of the original that nobody could reach is refused by its key', () => {
  assert.match(
    refusal(() => fromOriginal('mysql://?db=kite&password=secret')),
    /^cluster\.toml: clusters\.default_dev\.db is "[^s]*mysql:.*expected mysql:\/\/host:port\?db=NAME&username=…$/,
  )
  assert.equal(archiveBeside('mysql://?db=kite'), undefined)
})

test('another archive waits for a restart', () => {
  const next = fromFile(`[archive]\nmysql = "${uri}"`)
  assert.deepEqual(compareConfigs(fromFile(''), next).needsRestart, ['archive'])
  assert.deepEqual(compareConfigs(next, next).needsRestart, [])
})
