// A server's answers as the packets they come in, before the driver makes values of them: how many packets, columns and cells
// there are, and that there is one answer to each question. Must never hold more of an answer than the head of one packet.

const packetsMax = 1 << 20
/** No table of the archive has a third of it; what reads a row costs with each column. */
const columnsMax = 100
/** Columns times rows: a NULL is one byte on the way and much more here. */
const cellsMax = 1 << 21
/** A packet of so many bytes goes on in the next one. */
const wholePacketBytes = 0xffffff
/** Shorter ones that begin with 0xfe end what they are in. */
const endBytes = 9

const isOk = 0x00
const isFile = 0xfb
const isEnd = 0xfe
const isError = 0xff

/** What the next packet is. */
type Next = 'login' | 'unasked' | 'head' | 'column' | 'end of columns' | 'row'

export class MysqlAnswer {
  /** Bytes of a packet's head that were seen. */
  #head = 0
  #length = 0
  #left = 0
  /** The packet goes on with what the one before began. */
  #goesOn = false
  /** Of the packet, nothing but its head was seen. */
  #isNew = false
  #next: Next = 'login'
  #packets = 0
  #columns = 0
  #columnsLeft = 0
  #cells = 0
  #complaint: string | undefined

  /** What no server may send, or undefined. */
  get complaint(): string | undefined {
    return this.#complaint
  }

  loggedIn(): void {
    this.#next = 'unasked'
  }

  /** A question is on its way: what comes now answers it. */
  asked(): void {
    if (this.#head > 0 || this.#left > 0) this.#complaint ??= 'a part of an answer to no question'
    this.#next = 'head'
    this.#packets = this.#cells = 0
  }

  /** Adds `shift` to the number of each packet that begins in the chunk. */
  through(chunk: Buffer, shift: number): void {
    for (let at = 0; at < chunk.length && this.#complaint === undefined;) {
      if (this.#left > 0) {
        if (this.#isNew) this.#judge(chunk[at]!)
        const taken = Math.min(this.#left, chunk.length - at)
        this.#left -= taken
        at += taken
        continue
      }
      const byte = chunk[at]!
      if (this.#head < 3) this.#length += byte * 256 ** this.#head++
      else {
        if (shift !== 0) chunk[at] = byte + shift
        this.#begin()
      }
      at++
    }
  }

  #begin(): void {
    const length = this.#length
    this.#left = length
    this.#head = this.#length = 0
    this.#isNew = !this.#goesOn
    this.#goesOn = length === wholePacketBytes
    if (++this.#packets > packetsMax) this.#complain(`more than ${packetsMax} packets`)
    if (this.#isNew && length === 0 && this.#next !== 'login') this.#complaint ??= 'an empty packet'
  }

  #judge(first: number): void {
    this.#isNew = false
    switch (this.#next) {
      case 'login':
        return
      case 'unasked':
        // A server that ends the connection may say why.
        if (first !== isError) this.#complaint ??= 'what nobody has asked for'
        return
      case 'head':
        return this.#begins(first)
      case 'column':
        if (--this.#columnsLeft === 0) this.#next = 'end of columns'
        return
      case 'end of columns':
        this.#next = 'row'
        return
      case 'row':
        if (first === isError || (first === isEnd && this.#left < endBytes)) this.#next = 'unasked'
        else if ((this.#cells += this.#columns) > cellsMax)
          this.#complain(`more than ${cellsMax} cells`)
    }
  }

  #begins(first: number): void {
    if (first === isOk || first === isFile || first === isError) this.#next = 'unasked'
    else if (first > columnsMax) this.#complain(`more than ${columnsMax} columns`)
    else {
      this.#columns = this.#columnsLeft = first
      this.#next = 'column'
    }
  }

  #complain(what: string): void {
    this.#complaint ??= `${what} for one question`
  }
}
